// Secrets are shown when somebody asks to see them, and a name that is taken is not added again.
import { attempt, call } from "./api.js";

function seal(field, button) {
  field.value = field.defaultValue = field.dataset.sealed;
  field.readOnly = true;
  delete field.dataset.revealed;
  button.textContent = "Reveal";
}

async function reveal(field, button) {
  const shown = await call("GET", `${button.dataset.reveal}?reveal=true`);
  field.dataset.sealed = field.value;
  field.dataset.revealed = "";
  field.value = field.defaultValue = shown[button.dataset.key] ?? "";
  field.readOnly = false;
  button.textContent = "Hide";
  field.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const field = document.getElementById(button.getAttribute("aria-controls"));
  if ("revealed" in field.dataset) seal(field, button);
  else attempt(() => reveal(field, button), button);
});

document.addEventListener("input", ({ target }) => {
  if (!target.dataset?.taken) return;
  const taken = document.getElementById(`${target.dataset.taken}${target.value.trim()}`);
  target.setCustomValidity(taken ? `${target.value.trim()} is there already: change it above` : "");
});

const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (named instanceof HTMLDetailsElement) named.open = true;

// A script is put together: steps are lined up, moved and removed, by mouse and by keys.

const form = document.querySelector("[data-build]");
const script = form.querySelector("[data-script]");
const stencil = form.querySelector("template[data-step]");
const steps = form.elements.steps;
const wrong = form.querySelector("[data-said-wrong]");
const pattern = new RegExp(form.dataset.pattern);
const example = document.querySelector("[data-steps]").textContent;

const words = () => [...script.children].map((each) => each.dataset.word);

function say(text) {
  form.querySelector("[data-moved]").textContent = text;
}

function settle() {
  const now = words();
  steps.value = now.join(" ");
  form.querySelector("[data-submit]").disabled = now.length === 0;
  form.querySelector("[data-none-yet]").hidden = now.length > 0;
  for (const [at, each] of [...script.children].entries()) {
    const [earlier, later, away] = each.querySelectorAll("button");
    earlier.disabled = at === 0;
    later.disabled = at === now.length - 1;
    for (const [button, does] of [[earlier, "Move earlier"], [later, "Move later"], [away, "Remove"]]) {
      button.setAttribute("aria-label", `${does}: step ${at + 1}, ${each.dataset.word}`);
    }
  }
  const shown = now.length ? now.map((each) => JSON.stringify(each)).join(", ") : example;
  for (const place of document.querySelectorAll("[data-steps]")) place.textContent = shown;
}

function refuse(text) {
  wrong.textContent = text;
  wrong.hidden = !text;
}

function add(word) {
  if (!pattern.test(word)) {
    refuse(`${word || "Nothing"} is no step: a status is 100 to 599, a delay such as 5s, 250ms or 2m.`);
    return false;
  }
  refuse("");
  const step = stencil.content.firstElementChild.cloneNode(true);
  step.dataset.word = word;
  step.querySelector("[data-word]").textContent = word;
  script.append(step);
  settle();
  say(`${word} is step ${script.children.length}.`);
  return true;
}

function addTyped(place) {
  const field = place.querySelector("[data-typed]");
  if (add(field.dataset.typed + field.value.trim())) field.value = field.defaultValue;
  else field.focus();
}

function move(step, by) {
  const all = [...script.children];
  const to = all.indexOf(step) + by;
  if (to < 0 || to >= all.length) return;
  const focused = document.activeElement;
  if (by < 0) all[to].before(step);
  else all[to].after(step);
  settle();
  const usable = focused.disabled ? step.querySelector(`[data-move="${-by}"]`) : focused;
  usable.focus();
  say(`${step.dataset.word} is step ${to + 1} of ${all.length}.`);
}

function remove(step) {
  const next = step.nextElementSibling ?? step.previousElementSibling;
  step.remove();
  settle();
  (next ? next.querySelector("[data-remove]") : form.querySelector("[data-add]")).focus();
  say(`${step.dataset.word} is removed.`);
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const step = button.closest("li.step");
  if (button.dataset.add) add(button.dataset.add);
  else if ("addTyped" in button.dataset) addTyped(button.parentElement);
  else if (button.dataset.move) move(step, Number(button.dataset.move));
  else if ("remove" in button.dataset) remove(step);
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-typed]")) {
    event.preventDefault();
    addTyped(event.target.parentElement);
    return;
  }
  const step = event.target.closest("li.step");
  if (!step) return;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by) move(step, by);
  else if (event.key === "Delete" || event.key === "Backspace") remove(step);
  else return;
  event.preventDefault();
});

function tellTimes() {
  const names = ["provider", "to", "from", "body"].map((name) => form.elements[`match.${name}`]);
  const place = form.querySelector("[data-times]");
  const isMatched = names.some((field) => field.value);
  place.textContent = isMatched ? place.dataset.messages : place.dataset.rounds;
  form.elements.times.placeholder = isMatched ? "all" : "1";
}

form.addEventListener("input", tellTimes);
form.addEventListener("reset", () => {
  script.replaceChildren();
  refuse("");
  settle();
  queueMicrotask(tellTimes);
});
settle();

// Buttons that copy: `data-copy` names the element whose text is taken.
import { tell } from "./api.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied.");
  } catch {
    tell("The browser did not let the page copy: select the text and copy it.", { wrong: true });
  }
});

// What forgets or replaces everything asks first; a snapshot is read here, and judged by the server.
import { attempt, call, tell } from "./api.js";
import { refresh } from "./refresh.js";

const picker = document.querySelector("[data-snapshot]");
const asking = document.getElementById("restore-dialog");
let snapshot = null;

for (const button of document.querySelectorAll("[data-dialog]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.dialog).showModal());
}
for (const button of document.querySelectorAll("dialog [data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

async function read(file) {
  try {
    return JSON.parse(await file.text());
  } catch {
    throw new Error(`${file.name} is no JSON: expected a snapshot that mohook wrote. Nothing changed.`);
  }
}

function refused(problem) {
  if (!problem.errors) throw problem; // no answer at all
  throw new Error(`The snapshot is refused, and nothing has changed: ${problem.message}`);
}

async function ask(file) {
  snapshot = await read(file);
  asking.querySelector("[data-file]").textContent = file.name;
  asking.querySelector("[data-taken-at]").textContent = snapshot?.taken_at ?? "not said";
  asking.querySelector("[data-messages]").textContent = snapshot?.store?.messages?.length ?? "not said";
  asking.showModal();
}

picker.addEventListener("change", async () => {
  const [file] = picker.files;
  picker.value = ""; // the same file may be chosen again
  if (file) await attempt(() => ask(file));
});

document.querySelector("[data-restore]").addEventListener("click", (event) =>
  attempt(async () => {
    await call("PUT", "snapshot", snapshot).catch(refused);
    tell("The snapshot is put back.");
    refresh();
  }, event.target),
);

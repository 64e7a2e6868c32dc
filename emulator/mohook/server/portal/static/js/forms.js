// Forms and buttons that call the control API: `data-api="PUT ip1/accounts/ip1-10001"`.
//
// A form's fields become the JSON body: by name, `data-type` says how a value is read (number,
// boolean, lines; empty `nullable` ones are null, other empty ones are left out). `data-done`
// is told when all went well; `data-then` is where to go on.
//
// With `data-only="changed"` a form sends the fields that somebody changed, and no other. A
// `{name}` in the path is the value of that field, which is then no part of the body.
import { attempt, call, tell } from "./api.js";
import { isChanged, markWrong, settle } from "./fields.js";
import { refresh } from "./refresh.js";

const readers = {
  number: (field) => Number(field.value),
  boolean: (field) => field.checked,
  lines: (field) => field.value.split(/[\s,]+/).filter(Boolean),
};

function valueOf(field) {
  const read = readers[field.dataset.type];
  if (field.type === "checkbox") return field.checked;
  if (field.value === "" && field.dataset.type !== "lines") {
    return field.dataset.empty === "null" ? null : field.dataset.empty === "keep" ? "" : undefined;
  }
  return read ? read(field) : field.value;
}

/** Return the body that a form stands for. */
export function bodyOf(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.readOnly) continue;
    if (field.type === "radio" && !field.checked) continue;
    if (form.dataset.only === "changed" && !isChanged(field)) continue;
    const value = valueOf(field);
    if (value === undefined) continue;
    const path = field.name.split(".");
    const leaf = path.pop();
    path.reduce((place, name) => (place[name] ??= {}), body)[leaf] = value;
  }
  return body;
}

/** Return the path that a form stands for, and take from the body what stands in it. */
function pathOf(pattern, body) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => {
    const value = body[name] ?? "";
    delete body[name];
    return encodeURIComponent(value);
  });
}

/** Return what is wrong with which field: where one alone was sent, it is that one. */
function blame({ errors = [], message }, body) {
  const sent = Object.keys(body ?? {});
  return errors.length || sent.length !== 1 ? errors : [{ field: sent[0], message }];
}

async function run(element, body, button) {
  const [method, pattern] = element.dataset.api.split(" ");
  const path = pathOf(pattern, body);
  const wrong = (problem) => element.matches("form") && markWrong(element, blame(problem, body));
  const went = await attempt(() => call(method, path, body), button, wrong);
  if (!went) return;
  if (element.dataset.then) location.assign(element.dataset.then);
  if (element.dataset.done) tell(element.dataset.done);
  if (element.matches("form[data-clears]")) element.reset();
  else if (element.matches("form")) settle(element);
  refresh();
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-api]");
  if (!form) return;
  event.preventDefault();
  const body = bodyOf(form);
  if (form.dataset.only === "changed" && !Object.keys(body).length) tell("Nothing was changed.");
  else run(form, body, event.submitter);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-api]");
  if (!button) return;
  if (button.dataset.sure && !confirm(button.dataset.sure)) return;
  const body = button.dataset.body ? JSON.parse(button.dataset.body) : undefined;
  run(button, body, button);
});

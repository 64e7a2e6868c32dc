// Fields of forms: what somebody changed in them, and what is wrong with one.

/** Whether a field no longer holds what the page came with. */
export function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) {
    const came = [...field.options].findLast((each) => each.defaultSelected) ?? field.options[0];
    return field.selectedOptions[0] !== came;
  }
  return "defaultValue" in field && field.value !== field.defaultValue;
}

/** Let what stands in a form's fields now be what the page came with. */
export function settle(form) {
  for (const field of form.elements) {
    if (field.type === "checkbox" || field.type === "radio") field.defaultChecked = field.checked;
    else if (field.options) for (const each of field.options) each.defaultSelected = each.selected;
    else if ("defaultValue" in field) field.defaultValue = field.value;
    delete field.dataset.revealed;
  }
}

/** Say at each field what the emulator says of it; what is said goes when the field changes. */
export function markWrong(form, errors) {
  for (const { field: name, message } of errors) {
    const field = form.elements.namedItem(name.split(".").find((part) => form.elements[part]) ?? name);
    if (!(field instanceof HTMLElement) || field.getAttribute("aria-invalid")) continue;
    const said = document.createElement("small");
    said.className = "field-wrong";
    said.role = "alert";
    said.id = `${field.id || name}-wrong`;
    said.textContent = message;
    field.after(said);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-errormessage", said.id);
    field.addEventListener("input", () => clearWrong(field, said), { once: true });
  }
  form.querySelector("[aria-invalid]")?.focus();
}

function clearWrong(field, said) {
  said.remove();
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-errormessage");
}

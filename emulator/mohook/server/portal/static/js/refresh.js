// Parts of a page marked `data-refresh` (each with an id) are fetched again when something
// happened, at most once a second; what is open, selected, typed in or focused there stays so.
import { isChanged } from "./fields.js";
import { follow } from "./live.js";

const REST = 1000;
let due = null;
let fetchedAt = -Infinity;

const parts = () => [...document.querySelectorAll("[data-refresh][id]")];

function isInUse(part) {
  const selected = getSelection();
  if (!selected.isCollapsed && part.contains(selected.anchorNode)) return true;
  const focused = document.activeElement;
  if (part.contains(focused) && focused.matches("input, textarea, select")) return true;
  const fields = [...part.querySelectorAll("input, textarea, select")];
  return fields.some((field) => isChanged(field) || "revealed" in field.dataset);
}

function keepOpen(from, to) {
  for (const details of from.querySelectorAll("details[id]")) {
    const again = to.querySelector(`#${CSS.escape(details.id)}`);
    if (again) again.open = details.open;
  }
}

function replace(part, fresh) {
  if (!fresh || isInUse(part)) return;
  keepOpen(part, fresh);
  if (fresh.innerHTML === part.innerHTML) return;
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const adopted = document.importNode(fresh, true);
  part.replaceWith(adopted);
  if (focused) document.getElementById(focused)?.focus();
  adopted.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
}

async function fetchParts() {
  fetchedAt = performance.now();
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts()) replace(part, fresh.getElementById(part.id));
  } catch {
    // The emulator is away: the page says so, and its stream comes back by itself.
  }
}

/** Fetch the page's parts again: soon, and at most once a second. */
export function refresh() {
  if (due !== null || parts().length === 0) return;
  due = setTimeout(async () => {
    await fetchParts();
    due = null;
  }, Math.max(50, fetchedAt + REST - performance.now()));
}

if (parts().length) follow(refresh);

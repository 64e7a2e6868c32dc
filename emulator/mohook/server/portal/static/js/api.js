// Calls of the control API, and what is told of how they went.

const BASE = "/mohook/v1";

/** Call the control API; throw an Error with the problem's own words when it refuses. */
export async function call(method, path, body) {
  const answer = await fetch(path.startsWith("/") ? path : `${BASE}/${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new Error("The emulator does not answer. Is mohook still running?");
  });
  const text = await answer.text();
  const data = text && answer.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : null;
  if (!answer.ok) {
    const problem = new Error(data?.detail ?? `The emulator answered ${answer.status}.`);
    throw Object.assign(problem, { errors: data?.errors ?? [] });
  }
  return data;
}

/** Tell something in the page's status region; what went wrong stays until it is closed. */
export function tell(text, { wrong = false } = {}) {
  const region = document.querySelector("[data-notices]");
  const notice = document.createElement("p");
  notice.className = wrong ? "notice wrong" : "notice";
  notice.append(text);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet";
  close.setAttribute("aria-label", "Close this notice");
  close.append("×");
  close.addEventListener("click", () => notice.remove());
  notice.append(close);
  region.replaceChildren(notice);
  if (!wrong) setTimeout(() => notice.remove(), 6000);
}

/**
 * Run something that calls the API; tell what went wrong, and return whether nothing did.
 * `wrong` is told too: what the API says of each field stands in the problem's `errors`.
 */
export async function attempt(work, button, wrong = () => {}) {
  if (button) button.setAttribute("aria-busy", "true");
  try {
    await work();
    return true;
  } catch (problem) {
    tell(problem.message, { wrong: true });
    wrong(problem);
    return false;
  } finally {
    if (button) button.removeAttribute("aria-busy");
  }
}

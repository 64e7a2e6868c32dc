// The page's one event stream: it ends while nobody looks, and catches up afterwards.

const listeners = new Set();
const parameters = new URLSearchParams();
let last = Number(document.body.dataset.lastEvent);
let source = null;

/** Call `listener(tick)` for each tick; `wanted` is added to what the stream is asked for. */
export function follow(listener, wanted = {}) {
  listeners.add(listener);
  ask(wanted);
}

/** Change what the stream is asked for, from this event number on if one is given. */
export function ask(wanted, from) {
  for (const [name, value] of Object.entries(wanted)) {
    if (value) parameters.set(name, value);
    else parameters.delete(name);
  }
  if (from !== undefined) last = from;
  close();
  queueMicrotask(open);
}

function open() {
  if (source || document.hidden) return;
  source = new EventSource(`/portal/live?${new URLSearchParams([...parameters, ["after", last]])}`);
  source.addEventListener("open", () => mark(true));
  source.addEventListener("tick", (event) => {
    last = Number(event.lastEventId);
    const tick = JSON.parse(event.data);
    for (const listener of listeners) listener(tick);
  });
  source.addEventListener("error", () => {
    mark(false);
    // A refusal, such as 503, is final for the browser: ask again a little later.
    if (source?.readyState === EventSource.CLOSED) {
      close();
      setTimeout(open, 2000);
    }
  });
}

function close() {
  source?.close();
  source = null;
}

function mark(connected) {
  document.documentElement.toggleAttribute("data-offline", !connected);
}

document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
addEventListener("pagehide", close);

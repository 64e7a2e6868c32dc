// The phone: counts while somebody types, sends, and shows what comes of it.
import { call, tell } from "./api.js";
import { markWrong } from "./fields.js";
import { bodyOf } from "./forms.js";
import { follow } from "./live.js";
import { writeSame } from "./same.js";

const REST = 250; // milliseconds between two looks at the conversation
const TYPING = 60; // milliseconds without a key before the text is counted
const KEPT = "mohook-sent";
const MOST_SENDS = 50;

const form = document.querySelector("[data-compose]");
const text = form.querySelector("[data-text]");
const talk = form.querySelector("[data-talk]");
const said = talk.querySelector("[data-said]");

const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

/** Take away what was said to be wrong. */
function forget() {
  for (const field of form.querySelectorAll("[aria-invalid]")) changed(field);
}

// Counting

let counting = null;
let typed = null;

async function count() {
  counting?.abort();
  counting = new AbortController();
  try {
    const answer = await fetch("/portal/count", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text: text.value }),
      signal: counting.signal,
    });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["brief", "whole"]) {
      document.getElementById(id).replaceWith(document.adoptNode(fresh.getElementById(id)));
    }
  } catch {
    // Typed on meanwhile, or the emulator is away, which the page says.
  }
}

function countSoon() {
  clearTimeout(typed);
  typed = setTimeout(count, TYPING);
}

function write(value) {
  text.value = value;
  changed(text);
}

function same() {
  const { step: _, ...message } = bodyOf(form);
  writeSame(message);
}

// Provider

let line = form.querySelector('[name="provider"]:checked');

function choose(next) {
  for (const [name, key] of [["from", "sender"], ["to", "recipient"]]) {
    const field = form.elements[name];
    if (field.value === line.dataset[key]) field.value = next.dataset[key];
  }
  line = next;
  if (next.dataset.list) form.elements.to.setAttribute("list", next.dataset.list);
  else form.elements.to.removeAttribute("list");
  const isBatching = next.value === "ip1";
  form.querySelector("[data-batch]").hidden = !isBatching;
  form.elements.batch.disabled = !isBatching;
  for (const told of form.querySelectorAll("[data-unheard]")) {
    told.hidden = told.dataset.unheard !== next.value;
  }
  forget();
  same();
}

// The conversation

let sends = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");

function runsOf(ids) {
  const runs = [];
  for (const number of ids.map((id) => Number(id.slice(1)))) {
    const run = runs.at(-1);
    if (run && run[1] + 1 === number) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([a, b]) => (a === b ? `m${a}` : `m${a}-m${b}`)).join(",");
}

function keep(kept) {
  sends = kept.slice(-MOST_SENDS);
  sessionStorage.setItem(KEPT, JSON.stringify(sends));
}

const isMine = (id) => {
  const number = Number(id.slice(1));
  return sends.some((runs) =>
    runs.split(",").some((run) => {
      const [first, last = first] = run.split("-").map((each) => Number(each.slice(1)));
      return first <= number && number <= last;
    }),
  );
};

let isAtEnd = true;
talk.addEventListener("scroll", () => {
  isAtEnd = talk.scrollTop + talk.clientHeight >= talk.scrollHeight - 40;
});

function toEnd() {
  if (isAtEnd) talk.scrollTop = talk.scrollHeight;
}
new ResizeObserver(toEnd).observe(talk);

function show(html) {
  if (said.source === html) return;
  const focused = said.contains(document.activeElement) ? document.activeElement.getAttribute("href") : "";
  said.innerHTML = html;
  said.source = html;
  talk.querySelector("[data-talk-none]").hidden = said.children.length > 0;
  if (focused) said.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  toEnd();
}

async function look() {
  if (sends.length === 0) {
    show("");
    return;
  }
  const query = new URLSearchParams(sends.map((runs) => ["sends", runs]));
  const answer = await fetch(`/portal/conversation?${query}`).catch(() => null);
  if (answer?.ok) show(await answer.text());
}

let due = null;
let lookedAt = -Infinity;
function lookSoon() {
  due ??= setTimeout(async () => {
    lookedAt = performance.now();
    await look();
    due = null;
  }, Math.max(0, lookedAt + REST - performance.now()));
}

function onTick(tick) {
  if (tick.counts.received === 0 && sends.length) keep([]);
  if (tick.messages.length === 0 || tick.messages.some(isMine)) lookSoon();
}

// Sending

async function script(step, { provider, from, to, body, count: times }) {
  const match = { provider, from, to, body };
  return step ? call("POST", "faults", { match, steps: [step], times: times ?? 1 }) : null;
}

async function send() {
  const { step, ...message } = bodyOf(form);
  const fault = await script(step, message);
  try {
    const { messages } = await call("POST", "messages", message);
    keep([...sends, runsOf(messages.map(({ id }) => id))]);
    const [{ id, state }] = messages;
    const told = messages.length > 1 ? `${messages.length} messages are sent.` : `${id} is ${state}.`;
    form.querySelector("[data-sent]").textContent = told;
  } catch (problem) {
    if (fault) await call("DELETE", `faults/${fault.id}`);
    throw problem;
  }
  form.querySelector('[name="step"][value=""]').checked = true;
  write("");
  isAtEnd = true;
  await look();
}

let sending = false;
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (sending) return;
  sending = true;
  const button = form.querySelector("[data-send]");
  button.setAttribute("aria-busy", "true");
  forget();
  try {
    await send();
    text.focus();
  } catch (problem) {
    markWrong(form, problem.errors ?? []);
    if (!form.querySelector("[aria-invalid]")) tell(problem.message, { wrong: true });
  } finally {
    sending = false;
    button.removeAttribute("aria-busy");
  }
});

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.target.matches("input")) {
    event.preventDefault(); // a line of the phone is filled in: on to the text
    text.focus();
  }
});
form.addEventListener("change", (event) => {
  if (event.target.name === "provider") choose(event.target);
});
for (const button of form.querySelectorAll("[data-quick]")) {
  button.addEventListener("click", () => {
    write(button.dataset.quick);
    text.focus();
  });
}
text.addEventListener("input", countSoon);
form.addEventListener("input", same);
addEventListener("pageshow", () => {
  choose(form.querySelector('[name="provider"]:checked'));
  same();
  count();
});

follow(onTick);
look();

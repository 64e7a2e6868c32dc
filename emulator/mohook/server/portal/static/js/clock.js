// The clock bar: it runs on between ticks, and its buttons move the clock.
import { attempt, call, tell } from "./api.js";
import { follow } from "./live.js";

const bar = document.querySelector("[data-clock]");
const part = (name) => bar.querySelector(`[data-clock-${name}]`);
let seen = performance.now();

const timeOf = (text) => text.slice(11, 19);

function showNow() {
  const factor = Number(bar.dataset.factor);
  const passed = (performance.now() - seen) * factor;
  const now = new Date(Date.parse(bar.dataset.now) + passed).toISOString();
  const face = part("now");
  face.dateTime = now;
  face.textContent = `${now.slice(0, 10)} ${timeOf(now)}`;
}

function showDue(due) {
  const place = part("due");
  if (!due) {
    place.textContent = "nothing due";
    return;
  }
  const time = document.createElement("time");
  time.dateTime = due;
  time.textContent = timeOf(due);
  place.replaceChildren("next due ", time);
}

/** Show where the clock stands. */
export function show(clock) {
  seen = performance.now();
  const paused = clock.mode === "manual";
  Object.assign(bar.dataset, { mode: clock.mode, factor: clock.factor, now: clock.now });
  part("mode").textContent = paused ? "paused" : clock.mode;
  part("mode").className = `mode mode-${paused ? "manual" : "running"}`;
  part("pending").textContent = clock.pending;
  if (!paused) part("speed").value = clock.mode;
  showDue(clock.next_due);
  showNow();
}

async function advance(how) {
  const moved = await call("POST", "clock/advance", how);
  const made = moved.attempts_made;
  const idle = moved.idle ? "; nothing is due any more" : "";
  tell(`It is ${timeOf(moved.now)}: ${made} ${made === 1 ? "attempt" : "attempts"} made${idle}.`);
}

const moves = {
  pause: () => call("PUT", "clock", { mode: "manual" }),
  resume: () => call("PUT", "clock", { mode: part("speed").value || "real" }),
  next: () => advance({ until: "next" }),
  idle: () => advance({ until: "idle", max_attempts: 1000 }),
};

for (const button of bar.querySelectorAll("[data-clock-do]")) {
  button.addEventListener("click", () => attempt(moves[button.dataset.clockDo], button));
}
part("speed").addEventListener("change", (event) =>
  attempt(() => call("PUT", "clock", { mode: event.target.value })),
);
part("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const seconds = Number(new FormData(event.target).get("seconds"));
  attempt(() => advance({ seconds }), event.submitter);
});

follow((tick) => show(tick.clock));
setInterval(() => {
  if (Number(bar.dataset.factor)) showNow();
}, 1000);

// The list of messages: live, and as long as one likes. Only the rows that can be seen are in
// the page; the others are kept as text. All rows have one height (`--row`).
import { ask, follow } from "./live.js";

const KEPT = 10_000; // rows that are kept at most
const SPARE = 12; // rows above and below those that can be seen
const NEAR = 30; // rows before the end at which older ones are fetched

const list = document.querySelector("[data-list]");
const place = list.querySelector("[data-rows]");
const form = document.querySelector("[data-filters]");
const fresh = document.querySelector("[data-fresh]");
const PAGE = Number(list.dataset.page);

const known = new Map(); // id → markup
let ids = []; // newest first
let more = list.dataset.more === "yes";
let fetching = false;
const missed = new Set(); // messages that came while somebody reads further down
const unsure = new Set(); // rows whose messages may have changed: asked for when they are shown

const number = (id) => Number(id.slice(1));
const rowHeight = () => place.firstElementChild?.offsetHeight || 40;
const isAtTop = () => place.getBoundingClientRect().top >= 0;

function element(id) {
  const shown = place.querySelector(`[data-id="${CSS.escape(id)}"]`);
  if (shown && shown.source === known.get(id)) return shown;
  const template = document.createElement("template");
  template.innerHTML = known.get(id);
  const row = template.content.firstElementChild;
  row.source = known.get(id);
  if (shown) row.classList.add("changed");
  return row;
}

function windowOf() {
  const height = rowHeight();
  const above = -place.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor(above / height) - SPARE);
  const count = Math.ceil(innerHeight / height) + 2 * SPARE;
  return [Math.min(first, Math.max(0, ids.length - count)), count, height];
}

function draw() {
  const [first, count, height] = windowOf();
  const focused = document.activeElement?.closest?.("[data-id]")?.dataset.id;
  const shown = ids.slice(first, first + count).map(element);
  shown.forEach((row, index) => {
    row.ariaPosInSet = first + index + 1;
    row.ariaSetSize = more ? -1 : ids.length;
  });
  place.style.paddingTop = `${first * height}px`;
  place.style.paddingBottom = `${Math.max(0, ids.length - first - shown.length) * height}px`;
  if (shown.length !== place.children.length || shown.some((row, i) => row !== place.children[i])) {
    place.replaceChildren(...shown);
    if (focused) place.querySelector(`[data-id="${CSS.escape(focused)}"] a`)?.focus();
  }
  if (ids.slice(first, first + count).some((id) => unsure.has(id))) checkShown();
  if (more && first + count + NEAR > ids.length) fetchOlder();
}

let drawing = false;
function redraw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw();
  });
}

function take(rows) {
  let news = 0;
  for (const { id, html } of rows) {
    if (!known.has(id)) {
      news += 1;
      ids.push(id);
    }
    known.set(id, html);
    unsure.delete(id);
  }
  if (news) {
    ids.sort((one, other) => number(other) - number(one));
    for (const id of ids.splice(KEPT)) known.delete(id);
    if (ids.length === KEPT) more = false;
  }
  return news;
}

function begin(rows) {
  known.clear();
  ids = [];
  take(rows);
  more = rows.length >= PAGE;
  missed.clear();
  unsure.clear();
}

async function fetchRows(wanted) {
  const query = new URLSearchParams({ ...filter(), ...wanted });
  const answer = await fetch(`/portal/rows?${query}`);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function fetchOlder() {
  if (fetching || !ids.length) return;
  fetching = true;
  try {
    const { rows } = await fetchRows({ before: ids[ids.length - 1] });
    take(rows);
    more = rows.length >= PAGE && ids.length < KEPT;
    redraw();
  } finally {
    fetching = false;
  }
}

async function fetchShown() {
  const shown = [...place.children].map((row) => row.dataset.id);
  if (!shown.length) return;
  const { rows } = await fetchRows({ ids: shown.join(",") });
  for (const { id, html } of rows) known.set(id, html);
  for (const id of shown) unsure.delete(id);
  redraw();
}

let checking = null;
function checkShown() {
  checking ??= setTimeout(async () => {
    checking = null;
    await fetchShown().catch(() => {});
  }, 300);
}

function filter() {
  const given = Object.fromEntries(new FormData(form));
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim()));
}

function showNone(received) {
  const none = ids.length === 0;
  const isFiltered = Object.keys(filter()).length > 0;
  document.querySelector('[data-none="filtered"]').hidden = !(none && (isFiltered || received));
  document.querySelector('[data-none="ever"]').hidden = !(none && !isFiltered && !received);
}

function showCounts(counts) {
  for (const [name, count] of Object.entries(counts)) {
    const shown = document.querySelector(`[data-count="${name}"]`);
    if (shown) shown.textContent = count.toLocaleString("en").replaceAll(",", "\u202f");
  }
}

function offerFresh() {
  const count = missed.size;
  fresh.hidden = count === 0;
  const many = count >= PAGE ? `More than ${PAGE - 1} new` : `${count} new`;
  fresh.querySelector("[data-fresh-text]").textContent =
    `↑ ${many} ${count === 1 ? "message" : "messages"}`;
}

function onTick(tick) {
  showCounts(tick.counts);
  if (tick.whole && (isAtTop() || !ids.length || !tick.rows.length)) begin(tick.rows);
  else if (tick.whole) doubt(tick.rows);
  else if (tick.rows) update(tick);
  offerFresh();
  showNone(tick.counts.received);
  redraw();
}

/** So much happened that only the newest rows are told: none of those known is sure any more. */
function doubt(rows) {
  const newest = number(ids[0]);
  for (const { id } of rows) if (number(id) > newest) missed.add(id);
  for (const id of ids) unsure.add(id);
}

function update({ rows, gone }) {
  const dropped = new Set(gone.filter((id) => known.has(id)));
  if (dropped.size) {
    for (const id of dropped) known.delete(id);
    ids = ids.filter((id) => !dropped.has(id));
  }
  const newest = ids.length ? number(ids[0]) : 0;
  const oldest = more && ids.length ? number(ids[ids.length - 1]) : 0;
  const wanted = rows.filter(({ id }) => known.has(id) || number(id) > oldest);
  if (isAtTop()) {
    take(wanted);
    return;
  }
  for (const { id } of wanted) if (number(id) > newest) missed.add(id);
  take(wanted.filter(({ id }) => number(id) <= newest));
}

async function renew() {
  const { rows, last } = await fetchRows({});
  begin(rows);
  scrollTo({ top: 0 });
  ask({ rows: "1", provider: "", state: "", search: "", ...filter() }, last);
  showNone(rows.length);
  redraw();
}

function refilter() {
  const query = new URLSearchParams(filter()).toString();
  history.replaceState(null, "", query ? `?${query}` : "/");
  renew().catch(() => {});
}

let typed;
form.addEventListener("input", () => {
  clearTimeout(typed);
  typed = setTimeout(refilter, 150);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(typed);
  refilter();
});
fresh.querySelector("button").addEventListener("click", () => renew().catch(() => {}));
addEventListener("scroll", redraw, { passive: true });
addEventListener("resize", redraw, { passive: true });

for (const row of place.children) {
  row.source = row.outerHTML;
  known.set(row.dataset.id, row.outerHTML);
  ids.push(row.dataset.id);
}
follow(onTick, { rows: "1", ...filter() });
draw();

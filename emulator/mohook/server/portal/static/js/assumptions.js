// The ledger is filtered as one types, and tells how a switch is set to what one chooses. Both
// are decided by the server: this fetches what it says.

const form = document.querySelector("[data-filters]");
const waits = new WeakMap();

function soon(place, work) {
  clearTimeout(waits.get(place));
  waits.set(place, setTimeout(work, 120));
}

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  return answer.ok ? answer.text() : null;
}

async function filter() {
  const given = [...new FormData(form)].filter(([, value]) => value);
  const query = new URLSearchParams(given).toString();
  const address = query ? `?${query}` : location.pathname;
  history.replaceState(null, "", address);
  const text = await fetched(address);
  const fresh = text && new DOMParser().parseFromString(text, "text/html").getElementById("ledger");
  if (fresh && location.search === (query ? `?${query}` : "")) {
    document.getElementById("ledger").replaceWith(document.importNode(fresh, true));
  }
}

async function showWays(chooser) {
  const value = new FormData(chooser).get("value") ?? "";
  const address = `/portal/switches/${chooser.dataset.switch}?${new URLSearchParams({ value })}`;
  const text = await fetched(address);
  if (text !== null && value === (new FormData(chooser).get("value") ?? "")) {
    chooser.querySelector("[data-ways]").innerHTML = text;
    chooser.querySelector("details").open = true;
  }
}

form.addEventListener("input", () => soon(form, filter));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  soon(form, filter);
});
document.addEventListener("input", (event) => {
  const chooser = event.target.closest("form[data-switch]");
  if (chooser) soon(chooser, () => showWays(chooser));
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-switch]")) event.preventDefault();
});

// Before the first paint: the theme that was chosen, so that nothing flashes.
const chosen = localStorage.getItem("mohook-theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;

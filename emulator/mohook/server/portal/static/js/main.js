// What every page runs.
import "./theme.js";
import "./clock.js";
import "./copy.js";
import "./forms.js";
import "./refresh.js";

// On a narrow window the pages' names run off to the side: bring this one's into sight.
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

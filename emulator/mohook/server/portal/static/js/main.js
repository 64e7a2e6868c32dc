// What every page runs.
import "./theme.js";
import "./clock.js";
import "./copy.js";
import "./forms.js";
import "./refresh.js";

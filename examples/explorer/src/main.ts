/** The loss explorer. */
import "./style/base.css";
import "./style/controls.css";
import "./style/charts.css";
import "./style/panels.css";
import { curves } from "./panels/curves/index.js";
import { guess } from "./panels/guess/index.js";
import { images } from "./panels/images/index.js";
import { line } from "./panels/line/index.js";
import { race } from "./panels/race/index.js";
import { App } from "./shell/app.js";
import { whatIsMissing } from "./shell/environment.js";
import { element } from "./ui/dom.js";

const root = document.querySelector<HTMLElement>("#app")!;
const missing = whatIsMissing();
if (missing === null) new App(root, [curves, guess, line, race, images]);
else root.replaceChildren(element("p", { class: "fatal", role: "alert" }, missing));

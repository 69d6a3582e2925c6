// A page that shows what is embedded in it.

import { $ } from "./dom.js";
import { Viewer } from "./viewer.js";

try {
  const fragment = location.hash; // the viewer writes its own there
  const viewer = new Viewer(JSON.parse($("data").textContent));
  viewer.follow(fragment);
  document.documentElement.dataset.ready = "yes";
} catch (error) {
  $("problem").hidden = false;
  $("problem").textContent = `This page cannot be shown: ${error.message}`;
}

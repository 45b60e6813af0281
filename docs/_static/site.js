// Three small things that the theme does not do.
"use strict";

// Opened from disk, the browser may not read other pages for summaries.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS === "object") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// A figure that moves: a slider chooses the frame that is seen. The others
// are loaded when somebody comes near it.
for (const figure of document.querySelectorAll(".course-frames")) {
  const image = figure.querySelector("img");
  const slider = figure.querySelector("input");
  const label = figure.querySelector("output");
  const frames = JSON.parse(figure.dataset.frames);
  const load = () => frames.forEach(([src]) => { new Image().src = src; });
  const show = () => {
    const [src, words] = frames[slider.value];
    image.src = src;
    label.value = words;
    slider.setAttribute("aria-valuetext", words);
  };
  figure.addEventListener("pointerenter", load, { once: true });
  slider.addEventListener("focus", load, { once: true });
  slider.addEventListener("input", show);
  show();
  figure.querySelector(".course-slider").hidden = false;
}

// What scrolls sideways can be reached with the keyboard.
function reachable() {
  const wide = "div.math, pre, .pst-scrollable-table-container, .cell_output";
  for (const part of document.querySelectorAll(wide)) {
    if (part.scrollWidth > part.clientWidth && !part.hasAttribute("tabindex")) {
      part.tabIndex = 0;
    }
  }
}

window.addEventListener("load", async () => {
  if (window.MathJax && MathJax.startup) {
    await MathJax.startup.promise;
  }
  reachable();
  window.addEventListener("resize", reachable);
});

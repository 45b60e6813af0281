// Two small things that the theme does not do.
"use strict";

// Opened from disk, the browser may not read other pages for summaries.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS === "object") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
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

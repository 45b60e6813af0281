// What test_site.py asks of a page in the browser; each returns a list or
// nothing. Put into the page beside axe.
"use strict";

// Formulas that are text, errors, or not drawn; pictures that are not seen.
function leftUndone() {
  const left = [], skip = "pre, code, script, style, mjx-container";
  const top = document.querySelector("article") || document.body;
  const walk = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { data, parentElement } = walk.currentNode;
    if (!parentElement.closest(skip) && /\$|\\[a-zA-Z(\[]/.test(data)) {
      left.push(data);
    }
  }
  const math = [...document.querySelectorAll("span.math, div.math")];
  const errors = document.querySelectorAll(
    "mjx-merror, [data-mml-node=merror]");
  return left.concat(
    math.filter((e) => !e.querySelector("mjx-container svg")), [...errors],
    [...document.images].filter((image) => !image.naturalWidth));
}

// What reaches beyond the screen, and does not scroll by itself.
function tooWide() {
  const parts = "article :is(p, li, h1, h2, img, input)";
  const wide = [...document.querySelectorAll(parts)].filter((e) =>
    e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest(".pst-scrollable-table-container"));
  const whole = document.scrollingElement;
  return wide.concat(whole.scrollWidth > innerWidth ? whole : [])
    .map((e) => e.outerHTML.slice(0, 120));
}

async function openFolds() {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  await Promise.all(document.getAnimations().map((a) => a.finished));
}

// Code has thousands of words in a dozen colours, and axe would take each of
// them: the first of a kind stays, its repetitions become plain text.
// Formulas are lines of drawn shapes, of which no rule says anything.
function keepOneOfAKind() {
  const seen = new Set(), again = [];
  for (const word of document.querySelectorAll("pre span[class]")) {
    const block = word.closest("pre");
    const [own, paper] = [word, block].map((e) => getComputedStyle(e));
    const around = block.closest(".cell_output, .cell_input, details");
    const kind = [word.className, around?.className, own.color, own.font,
      own.backgroundColor, own.opacity, paper.backgroundColor,
      block.closest("details") !== null].join();
    if (seen.has(kind) && !word.children.length) again.push(word);
    seen.add(kind);
  }
  for (const word of again) word.replaceWith(word.textContent);
  for (const drawn of document.querySelectorAll("mjx-container > svg")) {
    drawn.replaceChildren();
  }
}

async function obstacles() {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((v) => v.id + ": " + v.nodes.slice(0, 3)
    .map((node) => node.html.slice(0, 160)).join(" | "));
}

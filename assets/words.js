// A word of the field says what it means: to a pointer, to the keyboard and to a finger.
(() => {
  "use strict";

  let shown = null;

  function show(word, event) {
    const tooltip = document.getElementById("tooltip");
    shown = word;
    tooltip.textContent = word.dataset.term;
    tooltip.hidden = false;
    const { left, bottom, top } = word.getBoundingClientRect();
    const below = bottom + 6;
    const isLow = below + tooltip.offsetHeight > innerHeight;
    tooltip.style.left = `${Math.max(6, Math.min(left, innerWidth - tooltip.offsetWidth - 6))}px`;
    tooltip.style.top = `${isLow ? top - tooltip.offsetHeight - 6 : below}px`;
  }

  function hide() {
    if (!shown) return;
    shown = null;
    document.getElementById("tooltip").hidden = true;
  }

  const wordAt = (event) => event.target.closest?.(".term");
  for (const kind of ["mouseover", "focusin", "click"]) {
    document.addEventListener(kind, (event) => {
      const word = wordAt(event);
      if (word) show(word);
      else if (kind !== "focusin") hide();
    });
  }
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
})();

// The first use of each word of the page carries its sentence. Marked when the page has come to rest, in text
// that stands alone in its element: what draws the page again replaces such an element's whole text.
(() => {
  "use strict";

  const REST = 300; // ms
  const TEXTS = "#page-body :is(p, .note, h2, h3)";
  const NOT_IN = "a, button, label, summary, .words, .term, .visually-hidden, [aria-hidden='true'], .lesson-option";
  const SHORTEST = 3; // letters: "on" is also a preposition
  let waiting = 0;

  function meanings() {
    const told = new Map();
    for (const word of document.querySelectorAll("#page-words .word")) {
      const [name] = word.querySelector("dt").textContent.split(" (");
      if (name.length >= SHORTEST) told.set(name.toLowerCase(), word.querySelector("dd").textContent);
    }
    for (const mark of document.querySelectorAll(".term")) told.delete(mark.dataset.word);
    return told;
  }

  const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  function marked(text, meaning, word) {
    const mark = document.createElement("span");
    Object.assign(mark, { className: "term", textContent: text, tabIndex: 0, role: "button" });
    Object.assign(mark.dataset, { term: meaning, word });
    mark.setAttribute("aria-description", meaning);
    return mark;
  }

  // The word in singular or plural, as a word of its own.
  function formOf(word) {
    const many = word.endsWith("y") ? `${escaped(word.slice(0, -1))}(?:y|ies)` : `${escaped(word)}(?:e?s)?`;
    return new RegExp(`(?<![\\p{L}\\p{N}_])${many}(?![\\p{L}\\p{N}_])`, "iu");
  }

  // The first word in a text that is still to be explained, of several there the longest.
  function firstOf(text, told) {
    return [...told.keys()].map((word) => ({ word, found: formOf(word).exec(text) }))
      .filter(({ found }) => found)
      .sort((one, other) => one.found.index - other.found.index || other.word.length - one.word.length)[0];
  }

  // What stands in a text in place of the words that are still to be explained; null without one.
  function explained(text, told) {
    const parts = [];
    let rest = text;
    for (let next = firstOf(rest, told); next; next = firstOf(rest, told)) {
      const [{ word, found }, meaning] = [next, told.get(next.word)];
      parts.push(rest.slice(0, found.index), marked(found[0], meaning, word));
      told.delete(word);
      rest = rest.slice(found.index + found[0].length);
    }
    return parts.length ? [...parts, rest] : null;
  }

  function mark() {
    const told = meanings();
    for (const text of document.querySelectorAll(TEXTS)) {
      for (const element of [text, ...text.querySelectorAll("span, b, div")]) {
        const [node, more] = element.childNodes;
        if (!told.size) return;
        if (more || node?.nodeType !== Node.TEXT_NODE || element.closest(NOT_IN)) continue;
        if (!element.getClientRects().length) continue;
        const parts = explained(node.data, told);
        if (parts) element.replaceChildren(...parts);
      }
    }
  }

  new MutationObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(mark, REST);
  }).observe(document.documentElement, { childList: true, characterData: true, subtree: true });
})();

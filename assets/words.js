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

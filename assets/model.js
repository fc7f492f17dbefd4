// The list of a cell comes into view when the cell was chosen, or opened by a link.
(() => {
  "use strict";

  let shownCell = null;

  document.addEventListener("lookingglass:settled", ({ detail }) => {
    const panel = document.getElementById("model-panel-images");
    if (!panel) {
      shownCell = null;
      return;
    }
    const { label, pred } = detail.values;
    const cell = JSON.stringify([label, pred]);
    const isChosen = label !== "any" || pred !== "any";
    // A notice about the link stands at the top of the page: it must be seen first.
    const isNoticed = document.getElementById("notices")?.childElementCount > 0;
    if (isChosen && cell !== shownCell && !isNoticed) {
      const { top } = panel.getBoundingClientRect();
      if (top < 0 || top > innerHeight - 160) panel.scrollIntoView({ block: "start" });
    }
    shownCell = cell;
  });
})();

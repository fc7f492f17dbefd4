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
    const isChosen = label !== null || pred !== null;
    if (isChosen && cell !== shownCell) {
      const { top } = panel.getBoundingClientRect();
      if (top < 0 || top > innerHeight - 160) panel.scrollIntoView({ block: "start" });
    }
    shownCell = cell;
  });
})();

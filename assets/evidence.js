// The slider of the Evidence page: its places stand for numbers of cells.
(() => {
  "use strict";

  const SLIDER = "evidence-k";
  const counts = () => window.lookingGlass.answer()?.steps.more.cells || [];

  document.addEventListener("input", ({ target }) => {
    if (target.id !== SLIDER) return;
    const note = document.getElementById("evidence-k-note");
    const count = counts()[Number(target.value)];
    target.setAttribute("aria-valuetext", `${count} cells`);
    if (note && count !== undefined) note.textContent = String(count);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.id !== SLIDER) return;
    const count = counts()[Number(target.value)];
    if (count !== undefined) window.lookingGlass.set({ k: count });
  });
})();

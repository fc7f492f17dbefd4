// Keys of the quiz, and the answers to its blocks, which this browser alone keeps.
(() => {
  "use strict";

  const PATH = "/quiz";
  const KEPT = "looking-glass-quiz";
  const MOST_BLOCKS = 40;
  const N_TRIALS = 20;

  const isHere = () => glassAt.here() === PATH;

  function blocks() {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) || {};
    } catch {
      return {};
    }
  }

  function keep(all) {
    const newest = Object.entries(all).slice(-MOST_BLOCKS);
    try {
      localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(newest)));
    } catch {
      // A browser that keeps nothing still has the answers in the address.
    }
  }

  const blockOf = ({ model, p, q, seed, show }) => [model, p, q, seed, show].join("|");

  // What is kept of the block that stands is offered where its address holds no answer.
  function offer(values) {
    const all = blocks();
    const block = blockOf(values);
    if (values.answers && values.answers !== all[block]) {
      const { [block]: before, ...others } = all;
      keep({ ...others, [block]: values.answers });
    }
    const kept = values.answers ? "" : all[block] || "";
    const button = document.getElementById("quiz-continue");
    document.getElementById("quiz-kept").hidden = !kept;
    const text = kept.length < N_TRIALS ? button.dataset.begun : button.dataset.done;
    button.textContent = text.replace("{n}", kept.length);
    button.dataset.answers = kept;
  }

  document.addEventListener("lookingglass:settled", ({ detail }) => {
    if (detail.path === PATH && isHere()) offer(detail.values);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#quiz-continue, #quiz-forget");
    if (!button) return;
    if (button.id === "quiz-continue") {
      window.lookingGlass.set({ answers: button.dataset.answers });
      return;
    }
    const { [blockOf(window.lookingGlass.answer().values)]: forgotten, ...others } = blocks();
    keep(others);
    document.getElementById("quiz-kept").hidden = true;
  });

  const KEYS = { ArrowLeft: "2", ArrowRight: "4" };

  document.addEventListener("keydown", (event) => {
    if (!isHere() || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, dialog")) return;
    const selector = event.key === "Backspace" ? ".quiz-back"
      : `[data-quiz-key="${CSS.escape(KEYS[event.key] || event.key)}"]`;
    const button = document.querySelector(selector);
    if (!button || button.closest("[hidden]")) return;
    event.preventDefault();
    button.click();
  });
})();

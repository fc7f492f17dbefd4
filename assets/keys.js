// Keys, help and the choice of light or dark.
(() => {
  "use strict";

  const STEPS = {
    ArrowLeft: "previous", ArrowRight: "next", ArrowUp: "above", ArrowDown: "below",
    r: "random", w: "wrong",
  };
  const THEME_KEY = "looking-glass-theme";

  // A slider that has the focus takes arrows and no letters.
  const isTyping = (target, key) =>
    target.closest("input:not([type=range]), select, textarea, [contenteditable], dialog") ||
    (key.startsWith("Arrow") && target.closest("input, [role=slider]"));

  function kept() {
    try {
      return localStorage.getItem(THEME_KEY);
    } catch {
      return null;
    }
  }

  function applyTheme(theme) {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  }

  function toggleTheme() {
    const systemIsDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const present = document.documentElement.dataset.theme || (systemIsDark ? "dark" : "light");
    const next = present === "dark" ? "light" : "dark";
    applyTheme(next);
    try {
      localStorage.setItem(THEME_KEY, next);
    } catch {
      // A browser that keeps nothing still shows the theme until the page is left.
    }
  }

  function toggleHelp() {
    const help = document.getElementById("help");
    if (help.open) {
      help.close();
      return;
    }
    for (const part of help.querySelectorAll("[data-page]")) {
      part.hidden = part.dataset.page !== glassAt.here();
    }
    help.showModal();
  }

  applyTheme(kept());

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const glass = window.lookingGlass;
    if (event.key === "Escape") {
      const help = document.getElementById("help");
      if (help && help.open) return;
      if (isTyping(event.target, "Arrow")) event.target.blur();
      else if (glass && new URLSearchParams(location.search).has("unit")) glass.set({ unit: "" });
      return;
    }
    if (isTyping(event.target, event.key)) return;
    if (event.key === "?") {
      toggleHelp();
    } else if (event.key === "/") {
      const find = document.getElementById('{"key":"find","type":"control"}');
      if (!find) return;
      find.focus();
      find.select();
    } else if (STEPS[event.key] && glass) {
      glass.step(STEPS[event.key], { repeated: event.repeat });
    } else {
      return;
    }
    event.preventDefault();
  });

  // Enter in the search opens the first image found and leaves the field: → leads on.
  let searched = null;
  document.addEventListener("keydown", ({ key, target }) => {
    if (key !== "Enter" || target.id !== '{"key":"find","type":"control"}') return;
    searched = target.value.trim();
    setTimeout(() => target.blur());
  });
  document.addEventListener("lookingglass:settled", ({ detail: { search, steps } }) => {
    if (!searched || new URLSearchParams(search).get("find") !== searched) return;
    searched = null;
    if (steps.more.isOutside) window.lookingGlass.step("next");
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("#help-button, #help-close")) toggleHelp();
    else if (event.target.closest("#theme-button")) toggleTheme();
    else if (event.target.closest("#present-button")) {
      window.lookingGlass.set({ present: document.body.classList.contains("present") ? "" : "1" });
    }
  });
})();

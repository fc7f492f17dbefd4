// The Decide page in the browser: a click silences a unit, and the ledger fits narrow screens.
(() => {
  "use strict";

  const PATH = "/decide";
  const NARROW = matchMedia("(max-width: 980px)");
  const PROJECTED = 1.8; // room for larger letters, by that for letters of a page
  const fitted = new WeakSet();
  const wide = new WeakMap(); // what upright numbers took the place of, by plot

  // "Dense_1:3,5-7" as its layer and its units in order.
  function read(text) {
    const cut = (text || "").lastIndexOf(":");
    if (cut < 0) return { layer: "", units: [] };
    const units = text.slice(cut + 1).split(",").filter(Boolean).flatMap((part) => {
      const [first, last = first] = part.split("-").map(Number);
      return Array.from({ length: Math.max(last - first + 1, 0) }, (_, k) => first + k);
    });
    return { layer: text.slice(0, cut), units };
  }

  function toggle(layer, unit) {
    const query = new URLSearchParams(location.search);
    const present = read(query.get("off"));
    const before = present.layer === layer ? present.units : [];
    const units = before.includes(unit) ? before.filter((one) => one !== unit) : [...before, unit];
    window.lookingGlass.set({ off: units.length ? `${layer}:${units.join(",")}` : "" });
  }

  document.addEventListener("lookingglass:cell", ({ detail }) => {
    if (detail.toggles) toggle(detail.layer, detail.unit);
  });

  // Buttons of nodes are made anew by every answer; the keyboard stays where it was.
  let pressed = "";
  document.addEventListener("click", ({ target }) => {
    pressed = target.closest("#decide-node-buttons button")?.id || "";
  });
  document.addEventListener("lookingglass:settled", () => requestAnimationFrame(() => {
    if (document.activeElement !== document.body) pressed = "";
    if (pressed) document.getElementById(pressed)?.focus({ preventScroll: true });
  }));

  // On a narrow screen the numbers of the bars stand upright, so that all bars fit; a phone may be
  // turned at any time.
  function fit(plot) {
    const narrow = plot.layout?.meta?.narrow;
    if (!narrow) return;
    const isUpright = plot.data[1].textangle === narrow.trace.textangle;
    const isTight = NARROW.matches || window.lookingGlassProjector.isOn();
    if (isUpright === isTight) return;
    if (isTight) {
      wide.set(plot, {
        trace: present(plot.data[1], narrow.trace), layout: present(plot.layout, narrow.layout),
      });
    }
    const { trace, layout } = isUpright ? wide.get(plot) : fitting(narrow);
    window.Plotly.update(plot, structuredClone(trace), structuredClone(layout), [1]);
  }

  function fitting(narrow) {
    const { isOn, shown } = window.lookingGlassProjector;
    if (!isOn()) return narrow;
    const margins = ["margin.l", "margin.b"].map((side) => [side, PROJECTED * narrow.layout[side]]);
    return shown({ trace: narrow.trace, layout: { ...narrow.layout, ...Object.fromEntries(margins) } });
  }

  // What stands where `changes` would be put; null takes it away again.
  function present(object, changes) {
    return structuredClone(Object.fromEntries(Object.keys(changes).map((path) =>
      [path, path.split(".").reduce((part, key) => part?.[key], object) ?? null])));
  }

  function ledger() {
    const plot = document.getElementById("decide-nodes")?.querySelector(".js-plotly-plot");
    return plot?.on ? plot : null;
  }

  // Plotly may still be on its way when the page has its answer.
  const drawing = new MutationObserver(keepFitting);

  function keepFitting() {
    const plot = ledger();
    if (!plot) return;
    drawing.disconnect();
    if (fitted.has(plot)) return;
    fitted.add(plot);
    plot.on("plotly_afterplot", () => fit(plot));
    fit(plot);
  }

  NARROW.addEventListener("change", () => {
    const plot = ledger();
    if (plot) fit(plot);
  });

  document.addEventListener("lookingglass:settled", ({ detail }) => {
    drawing.disconnect();
    if (detail.path !== PATH) return;
    drawing.observe(document.getElementById("page-body"), { childList: true, subtree: true });
    keepFitting();
  });
})();

// The Decide page in the browser: a click silences a unit, and the slow parts are asked for once
// the page has been still for a moment.
(() => {
  "use strict";

  const STILL_MS = 350;
  const NARROW = matchMedia("(max-width: 800px)");
  const fitted = new WeakSet();
  let timer = 0;
  let askedFor = {};

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

  // On a narrow screen the numbers of the bars stand upright, so that all bars fit.
  function fit(plot) {
    const narrow = plot.layout?.meta?.narrow;
    if (!narrow || !NARROW.matches || plot.data[1].textangle === narrow.trace.textangle) return;
    window.Plotly.update(plot, narrow.trace, narrow.layout, [1]);
  }

  function keepFitting() {
    const plot = document.querySelector("#decide-nodes .js-plotly-plot");
    if (!plot?.on || fitted.has(plot)) return;
    fitted.add(plot);
    plot.on("plotly_afterplot", () => fit(plot));
    fit(plot);
  }

  new MutationObserver(keepFitting).observe(document.body, { childList: true, subtree: true });

  function ask(later) {
    // The reader may have gone to another page meanwhile.
    if (!document.getElementById("decide-race")) return;
    for (const [part, key] of Object.entries(later)) {
      if (askedFor[part] === key) continue;
      askedFor[part] = key;
      window.dash_clientside.set_props(`decide-asked-${part}`, { data: { key, part: 0 } });
    }
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    decide: {
      // What the page wants next: asked for when no newer wish comes for a moment.
      later(wanted) {
        clearTimeout(timer);
        if (!wanted) {
          askedFor = {};
        } else {
          // Another image asks for everything anew, and the next one may follow at once; a choice
          // of the race or the edit alone is meant.
          const isAnotherImage = wanted.race !== askedFor.race && wanted.edit !== askedFor.edit;
          if (!isAnotherImage) ask({ ...wanted, effect: askedFor.effect });
          timer = setTimeout(() => ask(wanted), STILL_MS);
        }
        return window.dash_clientside.no_update;
      },

      // The next part of the curve, unless another curve is wanted by now.
      next(wanted) {
        if (wanted && wanted.key === askedFor.curve && document.getElementById("decide-curve")) {
          window.dash_clientside.set_props("decide-asked-curve", { data: wanted });
        }
        return window.dash_clientside.no_update;
      },
    },
  });
})();

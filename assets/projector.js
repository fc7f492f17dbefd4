// On a projector the letters of every chart are as large as those of the page, so that the last row reads
// them. What Plotly is given stays as the server sent it: without the projector it is drawn as before.
(() => {
  "use strict";

  const SMALLEST = 20; // pixels
  const ROOM = 1.6;
  const given = new WeakMap(); // what a plot was last drawn from

  const isOn = () => document.body.classList.contains("present");

  // The same with larger letters: in fonts, and in texts that name a size. Numbers are passed over.
  function larger(part, key = "") {
    if (typeof part === "string") {
      return part.replace(/font-size:(\d+)px/g, (_, size) => `font-size:${Math.max(size, SMALLEST)}px`);
    }
    if (Array.isArray(part)) {
      return typeof part[0] === "object" || typeof part[0] === "string" ? part.map((one) => larger(one)) : part;
    }
    if (!part || Object.getPrototypeOf(part) !== Object.prototype) return part;
    const made = {};
    for (const [name, value] of Object.entries(part)) made[name] = name === "meta" ? value : larger(value, name);
    if (/font$/.test(key) && made.size) made.size = Math.max(made.size, SMALLEST);
    return made;
  }

  // Room around a chart grows with its letters. A grid's is for its bar, and what own scripts draw has theirs.
  function shown(part) {
    if (!isOn()) return part;
    const made = larger(part);
    const isChart = made?.margin && !made.meta?.bar && !["answer", "board"].includes(made.meta?.kind);
    if (isChart) {
      made.margin = Object.fromEntries(Object.entries(made.margin).map(([side, room]) =>
        [side, side === "pad" || !room ? room : side === "t" ? room + SMALLEST : ROOM * room]));
    }
    return made;
  }

  function drawn(plot, args) {
    if (plot) given.set(plot, args);
  }

  let wasOn = isOn();
  new MutationObserver(() => {
    if (isOn() === wasOn) return;
    wasOn = isOn();
    for (const plot of document.querySelectorAll(".js-plotly-plot")) {
      const args = given.get(plot);
      if (args) window.Plotly.react(plot, ...args);
    }
  }).observe(document.body, { attributeFilter: ["class"] });

  window.lookingGlassProjector = { isOn, drawn, shown };
})();

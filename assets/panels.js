// Slow panels: dimmed as soon as the reader asks for something that they do not show, asked for once
// the page has been still for a moment, filled part by part, asked for again when they were lost.
(() => {
  "use strict";

  const STILL_MS = 350;
  const AGAIN_MS = 4000;
  let address = null; // of the page that stands
  let wanted = {}; // what each slow panel is to show, by its name
  let asked = {};
  let shown = {};
  let timer = 0;
  const waits = {}; // timers of panels that wait for a survey, by name
  let isHeld = false; // a pen on the pad, a slider under way

  const places = () => [...document.querySelectorAll(".panel-place[data-slow]")];

  function mark(place) {
    const name = place.dataset.panel;
    const isStale = shown[name] !== wanted[name];
    place.classList.toggle("stale", isStale && name in shown);
    place.classList.toggle("unfilled", !(name in shown));
    for (const part of place.children) part.setAttribute("aria-busy", String(isStale));
  }

  function ask(name, part = 0) {
    asked[name] = wanted[name];
    window.dash_clientside.set_props({ type: "ask", panel: name }, { data: { ...address, part } });
  }

  function askAll() {
    if (isHeld) {
      timer = setTimeout(askAll, STILL_MS);
      return;
    }
    for (const place of places()) {
      const name = place.dataset.panel;
      if (name in wanted && asked[name] !== wanted[name]) ask(name);
    }
  }

  // Menus and lists of the browser's own keep the end of a press to themselves.
  addEventListener("pointerdown", ({ button, target }) => {
    isHeld = button === 0 && !target.closest?.("select");
  }, true);
  for (const end of ["pointerup", "pointercancel", "contextmenu", "change", "blur"]) {
    addEventListener(end, () => { isHeld = false; }, true);
  }

  document.addEventListener("lookingglass:wanted", ({ detail }) => {
    for (const place of places()) {
      const dependsOn = place.dataset.depends.split(" ");
      if (place.dataset.panel in shown && detail.keys.some((key) => dependsOn.includes(key))) {
        place.classList.add("stale");
      }
    }
  });

  document.addEventListener("lookingglass:settled", ({ detail }) => {
    clearTimeout(timer);
    const isOtherPage = !address || address.path !== detail.path;
    const dropped = Object.keys(asked).filter((name) => isOtherPage || asked[name] !== detail.slow[name]);
    document.dispatchEvent(new CustomEvent("lookingglass:dropped", { detail: { panels: dropped } }));
    for (const name of dropped) delete asked[name];
    if (isOtherPage) {
      asked = {};
      shown = {};
    }
    address = { path: detail.path, search: detail.search, own: detail.own };
    wanted = detail.slow;
    places().forEach(mark);
    const stale = Object.keys(wanted).filter((name) => asked[name] !== wanted[name]);
    if (!stale.length) return;
    // Another image asks for everything anew, and the next one may follow at once; a choice that
    // concerns one panel alone is meant.
    const isAll = stale.length > 1 && stale.length === Object.keys(wanted).length;
    timer = setTimeout(askAll, isAll ? STILL_MS : 0);
  });

  // What got no answer is asked for again: at once when the page settles next, else after a while.
  document.addEventListener("lookingglass:failed", ({ detail }) => {
    for (const [, name] of detail.asked.matchAll(/\\?"panel\\?":\\?"([\w-]+)\\?"/g)) delete asked[name];
    clearTimeout(timer);
    timer = setTimeout(askAll, AGAIN_MS);
  });

  function say(panel, text) {
    for (const place of places()) {
      if (place.dataset.panel !== panel) continue;
      if (text) place.firstElementChild.dataset.waits = text;
      else delete place.firstElementChild.dataset.waits;
    }
  }

  // What waits for a survey says so in its place, and is asked for again.
  function wait(panel, reading) {
    say(panel, `${reading.text}.`);
    clearTimeout(waits[panel]);
    const key = wanted[panel];
    waits[panel] = setTimeout(() => {
      if (wanted[panel] === key && asked[panel] === key) ask(panel);
    }, reading.again * 1000 * (0.8 + 0.4 * Math.random()));
  }

  function take(told) {
    const { panel, key, next, texts, reading } = told;
    if (reading) {
      wait(panel, reading);
      return;
    }
    say(panel, "");
    // An answer that is not wanted any more may have overtaken a newer one: it does not count.
    if (key !== wanted[panel]) return;
    if (next === null) shown[panel] = key;
    window.lookingGlassFollowing.write(texts);
    places().filter((place) => place.dataset.panel === panel).forEach(mark);
    if (next !== null && asked[panel] === key) ask(panel, next);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    panels: {
      told() {
        for (const { value } of window.dash_clientside.callback_context.triggered) {
          if (value) take(value);
        }
        return window.dash_clientside.no_update;
      },
    },
  });
})();

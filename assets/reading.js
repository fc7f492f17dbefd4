// Networks read whole sets while pages are served already: what waits for that says so in its place,
// and the page is asked for again until it is there.
(() => {
  "use strict";

  let timer = 0;
  let waited = null; // path of the page whose last answer waited

  // What is known of this server since the page was opened; what stands already is left alone.
  function tell(notes) {
    const place = document.getElementById("server-notes");
    if (!place || notes.join("") === place.textContent) return;
    const children = notes.map((text) => ({
      type: "P", namespace: "dash_html_components", props: { children: text, className: "notice" },
    }));
    window.dash_clientside.set_props("server-notes", { children });
  }

  const soon = (seconds) => seconds * 1000 * (0.8 + 0.4 * Math.random()); // a class, not in step

  document.addEventListener("lookingglass:settled", ({ detail: { path, reading, notes } }) => {
    clearTimeout(timer);
    if (notes.length) tell(notes);
    for (const place of document.querySelectorAll("[data-reading]")) {
      const text = reading ? `${place.dataset.reading} ${reading.text}.`.trim() : "";
      if (place.textContent !== text) place.textContent = text;
    }
    document.body.dataset.waits = reading && reading.page ? "yes" : "no";
    if (reading) {
      const whole = reading.page;
      timer = setTimeout(() => window.lookingGlass.again({ whole }), soon(reading.again));
    } else if (waited === path) {
      timer = setTimeout(() => window.lookingGlass.again({ whole: true }));
    }
    waited = reading ? path : null;
  });
})();

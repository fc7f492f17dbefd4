// A request that meets a restarting server is sent again, and the reader is told so. Every answer
// depends on the request alone, so that asking twice does no harm.
(() => {
  "use strict";

  // A server that starts anew on a busy machine takes a minute: about two are waited for.
  const WAITS_MS = [300, 700, 1500, 3000, ...Array(24).fill(5000)];
  const PASSING = new Set([502, 503, 504]);
  const send = window.fetch.bind(window);
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  let nRetried = 0;

  function retried(change) {
    nRetried += change;
    document.body.dataset.retrying = nRetried ? "yes" : "no";
  }

  function note(message) {
    const element = document.getElementById("connection-note");
    // After nearly every answer there is nothing to say, and nothing was said before.
    if (!element || (element.textContent === message && element.hidden === !message)) return;
    element.textContent = message;
    element.hidden = !message;
  }

  // Whoever waits for the answer may want to ask again.
  function tellFailure(options) {
    document.dispatchEvent(new CustomEvent("lookingglass:failed", {
      detail: { asked: String(options?.body ?? "") },
    }));
  }

  window.fetch = async (resource, options) => {
    const address = typeof resource === "string" ? resource : resource.url || "";
    if (!address.includes("_dash-update-component")) return send(resource, options);
    for (let attempt = 0; ; attempt += 1) {
      let response = null;
      let fault = null;
      try {
        response = await send(resource, options);
      } catch (error) {
        if (error.name === "AbortError") throw error;
        fault = error;
      }
      const isPassing = fault !== null || PASSING.has(response.status);
      if (!isPassing) {
        note("");
        if (!response.ok) tellFailure(options);
        return response;
      }
      if (attempt >= WAITS_MS.length) {
        note("The server does not answer. What you see is the last picture; reload the page to try again.");
        tellFailure(options);
        if (fault) throw fault;
        return response;
      }
      note("The server does not answer at the moment; trying again …");
      retried(1);
      await wait(WAITS_MS[attempt]);
      retried(-1);
    }
  };
})();

// A request that meets a restarting or a busy server is sent again, and the reader is told so. Every
// answer depends on the request alone, so that asking twice does no harm. What takes long is asked for
// a few at a time, so that clicks always find a free connection, and taken back once it is not wanted.
(() => {
  "use strict";

  // A server that starts anew on a busy machine takes a minute: about two are waited for.
  const WAITS_MS = [300, 700, 1500, 3000, ...Array(24).fill(5000)];
  const PASSING = new Set([502, 503, 504]);
  const SLOW_AT_ONCE = 2;
  const ASKS_SLOW = /"output":"[^\n]*?\{\\"panel\\":\\"([\w-]+)\\",\\"type\\":\\"told\\"\}/;
  // By which the server tells the pages that are open at one address from each other.
  const PAGE = Math.random().toString(36).slice(2);
  const BUSY = "busy";
  const send = window.fetch.bind(window);
  // Until then, or until what is waited for is not wanted any more.
  const wait = (ms, stop) => new Promise((done) => {
    setTimeout(done, ms);
    stop?.addEventListener("abort", done, { once: true });
  });

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

  // --- what takes long ---------------------------------------------------------------------------

  const slow = new Set(); // requests for slow panels, those that wait for their turn included
  const turns = [];

  function nextTurn() {
    const nSent = [...slow].filter((one) => one.isSent).length;
    for (const one of turns.splice(0, Math.max(SLOW_AT_ONCE - nSent, 0))) {
      one.isSent = true;
      one.begin();
    }
  }

  async function askSlowly(panel, resource, options) {
    const own = { panel, isSent: false, isDropped: false, stop: new AbortController() };
    slow.add(own);
    try {
      await new Promise((begin) => {
        turns.push(Object.assign(own, { begin }));
        nextTurn();
      });
      if (own.isDropped) return nothing();
      return await asked(resource, { ...options, signal: own.stop.signal }, own);
    } catch (error) {
      if (own.isDropped) return nothing();
      throw error;
    } finally {
      slow.delete(own);
      nextTurn();
    }
  }

  // Dash changes nothing on the page for this status.
  const nothing = () => new Response(null, { status: 204 });

  document.addEventListener("lookingglass:dropped", ({ detail }) => {
    for (const one of slow) {
      if (!detail.panels.includes(one.panel)) continue;
      one.isDropped = true;
      one.stop.abort();
    }
  });

  // --- all requests ------------------------------------------------------------------------------

  async function isBusy(response) {
    return response?.status === 503 && (await response.clone().text()).startsWith(BUSY);
  }

  window.fetch = (resource, options) => {
    const address = typeof resource === "string" ? resource : resource.url || "";
    if (!address.includes("_dash-update-component")) return send(resource, options);
    const named = { ...options, headers: { ...options?.headers, "X-Looking-Glass-Page": PAGE } };
    const panel = ASKS_SLOW.exec(String(options?.body ?? ""))?.[1];
    return panel ? askSlowly(panel, resource, named) : asked(resource, named);
  };

  async function asked(resource, options, own = null) {
    for (let attempt = 0; ; attempt += 1) {
      let response = null;
      let fault = null;
      try {
        response = await send(resource, options);
        // Whole: what breaks off on the way is asked for again too.
        if (response.status === 200) response = new Response(await response.arrayBuffer(), response);
      } catch (error) {
        if (error.name === "AbortError" || own?.isDropped) throw error;
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
      const waitsForTurn = await isBusy(response);
      note(waitsForTurn
        ? "Many readers ask for what takes long; this page waits for its turn …"
        : "The server does not answer at the moment; trying again …");
      retried(1);
      const seconds = waitsForTurn ? Number(response.headers.get("Retry-After")) : 0;
      await wait(seconds ? 1000 * seconds : WAITS_MS[attempt], own?.stop.signal);
      retried(-1);
      if (own?.isDropped) return nothing();
    }
  }
})();

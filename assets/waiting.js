// Asks how far the server is and opens the page that was asked for once it can be served.
"use strict";

(() => {
  const PAUSE = 400;
  const step = document.getElementById("step");
  const bar = document.getElementById("progress");
  const share = document.getElementById("share");
  let wasReached = true;

  const show = (text, portion) => {
    // A status that is written anew is read out anew: write it only when it says something new.
    if (step.textContent !== text) step.textContent = text;
    if (portion === null) bar.removeAttribute("value");
    else bar.value = portion;
    share.textContent = portion === null ? "\u00a0" : `${Math.floor(100 * portion)} %`;
  };

  const look = async () => {
    try {
      // Tells the same as /readyz, but never with a status that the browser logs as an error.
      const answer = await fetch(`${document.body.dataset.prefix}/healthz`, { cache: "no-store" });
      const state = await answer.json();
      if (state.ready) {
        location.reload();
        return;
      }
      wasReached = true;
      show(state.step, state.total > 0 ? Math.min(state.done / state.total, 1) : null);
    } catch {
      if (!wasReached) show("The server does not answer; what ended it stands in its log.", null);
      wasReached = false;
    }
    setTimeout(look, PAUSE);
  };

  look();
})();

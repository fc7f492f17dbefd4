// Play on the Training page: one snapshot after another, until the last one or the reader's next act.
(() => {
  "use strict";

  const PATH = "/training";
  const STEP_MS = 900;
  let timer = 0;

  const button = () => document.getElementById("training-play");
  const slider = () => document.getElementById('{"key":"step","type":"control"}');

  function stop() {
    clearTimeout(timer);
    timer = 0;
    if (button()) {
      button().textContent = "▶ Play";
      button().setAttribute("aria-pressed", "false");
    }
  }

  function advance() {
    const track = slider();
    if (!track || glassAt.here() !== PATH) return stop();
    const place = Number(track.value);
    if (place >= Number(track.max)) return stop();
    window.lookingGlass.set({ step: place + 1 }, { push: false });
    window.dash_clientside.set_props({ type: "control", key: "step" }, { value: place + 1 });
    timer = setTimeout(advance, STEP_MS);
    return null;
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#training-play")) return;
    if (timer) {
      stop();
      return;
    }
    button().textContent = "❚❚ Stop";
    button().setAttribute("aria-pressed", "true");
    const track = slider();
    if (Number(track.value) >= Number(track.max)) {
      window.lookingGlass.set({ step: 0 }, { push: false });
      window.dash_clientside.set_props({ type: "control", key: "step" }, { value: 0 });
    }
    timer = setTimeout(advance, STEP_MS / 3);
  });
  addEventListener("popstate", stop);
})();

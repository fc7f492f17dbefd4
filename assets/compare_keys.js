// Keys and the slider of the Compare page.
(() => {
  "use strict";

  const { PATH, withQuestion, asMember, own } = window.lookingGlassCompare;
  const SLIDER = "compare-t";
  const GESTURE_MS = 1000;
  const LARGEST_SEED = 1000000;

  let touched = null; // { group, image } that the reader touched last

  const glass = () => window.lookingGlass;

  // --- keys: the image touched last is exchanged, or all groups are drawn anew -------------------

  function touchedMember() {
    const { values } = glass().answer();
    const isThere = touched && (values[touched.group] || []).includes(touched.image);
    if (isThere) return touched;
    const group = ["c", "b", "a"].find((key) => (values[key] || []).length);
    return group ? { group, image: values[group][0] } : null;
  }

  function outlineTouched() {
    const member = glass().answer() && touchedMember();
    for (const element of document.querySelectorAll("#compare-boards [data-member]")) {
      element.classList.toggle("touched", Boolean(member) &&
        element.dataset.group === member.group && asMember(element.dataset.member) === member.image);
    }
  }

  function exchange(direction, isRepeated) {
    const member = touchedMember();
    const near = member && glass().answer().steps.more.neighbours?.[member.image];
    if (!near || !glass().isSettled()) return;
    const image = near[direction];
    const query = withQuestion((parts, values) => {
      parts.set(member.group,
        values[member.group].map((one) => (one === member.image ? image : one)).join(","));
    });
    touched = { group: member.group, image };
    glass().go(PATH, query, { push: !isRepeated, own: own() });
  }

  function drawAnew() {
    glass().go(PATH, withQuestion((parts, values) => {
      for (const key of ["a", "b", "c"]) {
        if (key === "c" && !values.c.length) continue;
        parts.delete(key);
        parts.set(`r${key}`, "random");
        parts.set(`n${key}`, values[`n${key}`]);
      }
      // A press before the answer to the one before counts on from the seed in the address.
      const seed = new URLSearchParams(location.search).get("seed") ?? values.seed;
      parts.set("seed", ((Number(seed) || 0) + 1) % LARGEST_SEED);
    }), { own: own() });
  }

  document.addEventListener("keydown", (event) => {
    if (glassAt.here() !== PATH || event.ctrlKey || event.metaKey || event.altKey) return;
    const answer = glass().answer();
    // The answer may still be another page's.
    if (!answer || answer.path !== PATH) return;
    const typed = event.key === "r" ? "input:not([type=range])" : "input";
    if (event.target.closest(`${typed}, select, textarea, dialog`)) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      exchange(event.key === "ArrowLeft" ? 0 : 1, event.repeat);
    } else if (event.key === "r") {
      if (!event.repeat) drawAnew();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  document.addEventListener("click", (event) => {
    const member = event.target.closest("#compare-boards [data-member]");
    if (!member || event.target.closest("a")) return;
    touched = { group: member.dataset.group, image: asMember(member.dataset.member) };
    outlineTouched();
  });

  // --- the threshold: the picture follows the slider, and a gesture is one entry of the history ----

  function slide({ target }) {
    if (target.id !== SLIDER) return;
    const now = performance.now();
    const isNew = slide.isHeld ? slide.isFresh : now - slide.at > GESTURE_MS;
    Object.assign(slide, { at: now, isFresh: false });
    const note = document.getElementById("compare-threshold");
    if (note) note.textContent = Number(target.value).toFixed(2);
    glass().set({ t: target.value }, { push: isNew });
  }
  Object.assign(slide, { at: -Infinity, isHeld: false, isFresh: true });

  document.addEventListener("input", slide);
  document.addEventListener("pointerdown", ({ target }) => {
    if (target.id === SLIDER) Object.assign(slide, { isHeld: true, isFresh: true });
  });
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => {
      slide.isHeld = false;
    });
  }

  function putSliderBack(threshold) {
    const slider = document.getElementById(SLIDER);
    if (!slider || slide.isHeld || !glass().isSettled()) return;
    if (Number(slider.value) !== Number(threshold)) {
      window.dash_clientside.set_props(SLIDER, { value: threshold });
    }
  }

  document.addEventListener("lookingglass:touched", ({ detail }) => {
    touched = detail;
  });
  document.addEventListener("lookingglass:settled", ({ detail }) => {
    if (detail.path !== PATH) return;
    requestAnimationFrame(outlineTouched);
    putSliderBack(detail.values.t);
  });
})();

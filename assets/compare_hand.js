// Grids of the groups without a pointer, and circles drawn by hand: a cell chosen on A's grids is circled
// for A, one on B's for B; chosen again, the circle goes.
(() => {
  "use strict";

  // A fingertip chooses well what is at least so large; what is smaller is circled with buttons.
  const LARGE_ENOUGH = 20;
  const DRAWN = { a: "ha", b: "hb" };
  const MOST_DRAWN = 100;

  const { boards, metaOf, cellUnder, pointAt, unpoint, choose } = window.lookingGlassCompare;
  const glass = () => window.lookingGlass;
  const cursors = new WeakMap(); // place of the keyboard on each board: { x, y }

  // Circles as they were wished for last: an answer may be under way.
  const drawnNow = (key) =>
    (new URLSearchParams(location.search).get(key) || "").split(",").filter(Boolean);

  // Whether the place was taken for a circle, so that nothing else is to be done with it.
  function take({ plot, cell }, isTouch) {
    const key = DRAWN[plot.closest("[data-drop]")?.dataset.drop];
    if (!glass().answer()?.values.hand || !key) return false;
    if (isTouch && window.lookingGlassBoards.sizeOf(plot) < LARGE_ENOUGH) return false;
    const { height, width } = metaOf(plot);
    const name = height * width > 1 ? `${cell.unit}:${cell.row}:${cell.column}` : `${cell.unit}`;
    const drawn = drawnNow(key);
    const other = key === "ha" ? "hb" : "ha";
    const isDrawn = drawn.includes(name);
    if (!isDrawn && drawn.length >= MOST_DRAWN) return true;
    // A cell stands for one group: drawn for this one, it leaves the other.
    glass().set({
      [key]: isDrawn ? drawn.filter((one) => one !== name) : [...drawn, name],
      ...(isDrawn ? {} : { [other]: drawnNow(other).filter((one) => one !== name) }),
    });
    return true;
  }

  // --- the keyboard on a grid --------------------------------------------------------------------

  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function moved(plot, { x, y }, [dx, dy], isWhole) {
    const meta = metaOf(plot);
    const step = isWhole ? [meta.width + meta.gap, meta.height + meta.gap] : [1, 1];
    const [high, wide] = meta.picture;
    const local = x % meta.slot;
    const tile = Math.floor(x / meta.slot);
    const place = { x: local + dx * step[0], y: Math.min(Math.max(y + dy * step[1], 0), high - 1) };
    // Past the edge of one image's grid stands the next image's.
    const goes = place.x < 0 ? -1 : place.x >= wide ? 1 : 0;
    const next = Math.min(Math.max(tile + goes, 0), meta.tiles - 1);
    if (goes) place.x = next === tile ? local : goes < 0 ? wide - 1 : 0;
    return { x: next * meta.slot + place.x, y: place.y };
  }

  function onKey(event) {
    const plot = event.target.closest?.("#compare-boards .board")?.querySelector(".js-plotly-plot");
    if (!plot || metaOf(plot).kind !== "board" || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = cursors.get(plot) || { x: 0, y: 0 };
    if (MOVES[event.key]) {
      const next = moved(plot, place, MOVES[event.key], event.shiftKey);
      if (cellUnder(plot, next)) show(plot, next);
    } else if (event.key === "Enter" || event.key === " ") {
      const found = cellUnder(plot, place);
      if (found) choose(found);
    } else if (event.key === "Escape") {
      event.target.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function show(plot, place) {
    cursors.set(plot, place);
    pointAt(plot, place, window.lookingGlassBoards.pixelOf(plot, place));
  }

  function makeReachable() {
    for (const board of document.querySelectorAll("#compare-boards .board")) {
      if (board.tabIndex === 0) continue;
      board.tabIndex = 0;
      board.setAttribute("role", "application");
      board.ariaLabel += ": arrows move over the cells, with Shift over units; Enter chooses a cell";
      board.addEventListener("focus", () => {
        const plot = boards().find((one) => board.contains(one));
        if (plot && board.matches(":focus-visible")) show(plot, cursors.get(plot) || { x: 0, y: 0 });
      });
      board.addEventListener("blur", unpoint);
    }
  }

  // Before the page's own keys, which listen on the document.
  addEventListener("keydown", onKey, true);
  document.addEventListener("lookingglass:settled", makeReachable);
  document.addEventListener("click", (event) => {
    if (event.target.closest("#compare-hand-clear")) glass().set({ ha: "", hb: "" });
  });

  window.lookingGlassHand = { take };
})();

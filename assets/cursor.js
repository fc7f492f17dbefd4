// Reading a cell without a pointer: "c" puts a cursor on a grid, arrows move it from cell to cell,
// Enter opens the unit, Escape puts it away. What a pointer would be told is told, and spoken.
(() => {
  "use strict";

  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let at = null; // { plot, x, y } of the cell under the cursor

  const metaOf = (plot) => (plot.layout && plot.layout.meta) || {};
  const numbersOf = (plot) => plot.calcdata?.[0]?.[0]?.z;

  // The grid that has most room on the screen.
  function gridInSight() {
    const seen = (plot) => {
      const { top, bottom, width } = plot.getBoundingClientRect();
      return Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0)) * width;
    };
    const grids = [...document.querySelectorAll(".js-plotly-plot")]
      .filter((plot) => metaOf(plot).kind === "grid" && numbersOf(plot));
    return grids.sort((one, other) => seen(other) - seen(one))[0];
  }

  function cellOf(plot, x, y) {
    const meta = metaOf(plot);
    const rows = numbersOf(plot);
    if (!rows || x < 0 || y < 0 || y >= rows.length || x >= rows[0].length) return null;
    const cell = window.lookingGlassPictures.cellAt(meta, x, y);
    return cell && cell.row < meta.height && cell.column < meta.width ? cell : null;
  }

  function strongest(plot) {
    let best = null;
    numbersOf(plot).forEach((row, y) => row.forEach((value, x) => {
      if (cellOf(plot, x, y) && (!best || value > best.value)) best = { x, y, value };
    }));
    return best;
  }

  function speak(text) {
    let place = document.getElementById("spoken-cell");
    if (!place) {
      place = Object.assign(document.createElement("div"), { id: "spoken-cell", className: "visually-hidden" });
      place.setAttribute("role", "status");
      document.body.append(place);
    }
    place.textContent = text;
  }

  function show() {
    const { plot, x, y } = at;
    const { left, top } = plot.getBoundingClientRect();
    const { xaxis, yaxis } = plot._fullLayout;
    const place = { clientX: left + xaxis._offset + xaxis.d2p(x), clientY: top + yaxis._offset + yaxis.d2p(y) };
    const told = plot._fullData[0].customdata;
    const point = { x, y, z: numbersOf(plot)[y][x], customdata: told?.[y]?.[x] };
    window.lookingGlassPictures.pointAtGrid(plot, point, place);
    speak([...document.getElementById("tooltip").children].map((line) => line.textContent).join(", "));
  }

  function leave() {
    at = null;
    speak("");
    window.lookingGlassPictures.hideMarks();
  }

  function begin() {
    const plot = gridInSight();
    const start = plot && strongest(plot);
    if (!start) return;
    at = { plot, x: start.x, y: start.y };
    show();
  }

  // Over the gap between two units to the next one.
  function move([right, down]) {
    const { plot } = at;
    let [x, y] = [at.x + right, at.y + down];
    const { gap } = metaOf(plot);
    for (let step = 0; step < gap && !cellOf(plot, x, y); step += 1) [x, y] = [x + right, y + down];
    if (!cellOf(plot, x, y)) return;
    at = { plot, x, y };
    show();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    if (event.key === "c") {
      if (at) leave();
      else begin();
    } else if (!at) return;
    else if (MOVES[event.key]) move(MOVES[event.key]);
    else if (event.key === "Enter") {
      window.lookingGlassPictures.choose(at.plot, cellOf(at.plot, at.x, at.y));
    } else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  document.addEventListener("keydown", onKey, { capture: true });
  document.addEventListener("lookingglass:settled", () => requestAnimationFrame(() => {
    if (!at) return;
    if (at.plot.isConnected && cellOf(at.plot, at.x, at.y)) show();
    else leave();
  }));
})();

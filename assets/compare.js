// The Compare page: one pointer over all grids, the same units enlarged in all, images moved with
// the mouse, random threes judged part by part, and images sent here from other pages.
(() => {
  "use strict";

  const PATH = "/compare";
  const KEPT_QUERY = "looking-glass-compare";
  const SMALLEST_DRAG = 12;

  const bound = new WeakSet();
  const decoded = new WeakMap();
  let drag = null;

  const glass = () => window.lookingGlass;
  // A number of the set, or the word for the reader's own image.
  const asMember = (text) => (text === "own" ? text : Number(text));
  const pictures = () => window.lookingGlassPictures;
  const metaOf = (plot) => (plot.layout && plot.layout.meta) || {};
  const boards = () => [...document.querySelectorAll("#compare-boards .js-plotly-plot")]
    .filter((plot) => metaOf(plot).kind === "board" && plot.offsetParent);

  // --- values ------------------------------------------------------------------------------------

  function numbersOf(plot) {
    const trace = plot.data[0];
    if (!trace || !trace.z) return null;
    if (!decoded.has(trace)) {
      let z = trace.z;
      if (z.bdata) {
        const bytes = Uint8Array.from(atob(z.bdata), (letter) => letter.charCodeAt(0));
        const [rows, columns] = z.shape.split(",").map(Number);
        const flat = new Float32Array(bytes.buffer);
        z = Array.from({ length: rows }, (_, row) =>
          flat.subarray(row * columns, (row + 1) * columns));
      }
      decoded.set(trace, z);
    }
    return decoded.get(trace);
  }

  function captionsOf(plot) {
    return [...plot.closest(".group-line").querySelectorAll(".member")];
  }

  // --- pointing ----------------------------------------------------------------------------------

  function pointAt(plot, { points, event }) {
    const meta = metaOf(plot);
    const point = points[0];
    if (meta.kind !== "board" || !point || drag) return;
    const local = point.x % meta.slot;
    const cell = pictures().cellAt(meta, local, point.y);
    if (!cell) {
      unpoint();
      return;
    }
    const place = Math.floor(point.x / meta.slot);
    const isMap = meta.height * meta.width > 1;
    const told = [];
    for (const board of boards()) {
      const row = numbersOf(board)?.[point.y];
      // A picture that is being exchanged may not have the row that was pointed at.
      if (!row) continue;
      const captions = captionsOf(board);
      const here = metaOf(board);
      for (let tile = 0; tile < here.tiles; tile += 1) {
        const value = row[tile * here.slot + local];
        const text = pictures().shortNumber(Number(Number(value).toPrecision(4)));
        const slot = captions[tile]?.querySelector(".cell-value");
        if (slot) slot.textContent = `= ${text}`;
        if (board === plot && tile === place) told.push(`activation ${text}`);
        markField(captions[tile], meta, cell);
      }
      markCells(board, here, local, point.y);
    }
    const name = isMap ? `map ${cell.unit} · row ${cell.row} · column ${cell.column}`
      : `node ${cell.unit}`;
    pictures().showTooltip([name, ...told], event);
  }

  function markCells(board, meta, x, y) {
    let layer = board.querySelector(".cell-marks");
    if (!layer) {
      layer = document.createElement("div");
      layer.className = "cell-marks";
      board.append(layer);
    }
    const { xaxis, yaxis } = board._fullLayout;
    const marks = [];
    for (let tile = 0; tile < meta.tiles; tile += 1) {
      const mark = document.createElement("div");
      const column = tile * meta.slot + x;
      const left = xaxis._offset + xaxis.d2p(column - 0.5);
      const top = yaxis._offset + yaxis.d2p(y - 0.5);
      Object.assign(mark.style, {
        left: `${left}px`, top: `${top}px`,
        width: `${xaxis._offset + xaxis.d2p(column + 0.5) - left}px`,
        height: `${yaxis._offset + yaxis.d2p(y + 0.5) - top}px`,
      });
      marks.push(mark);
    }
    layer.replaceChildren(...marks);
  }

  function markField(caption, meta, cell) {
    const box = caption?.querySelector(".digit-box");
    const digit = box?.querySelector(".digit");
    if (!digit) return;
    const size = { height: digit.naturalHeight, width: digit.naturalWidth };
    const [top, left, bottom, right] = pictures().fieldOf(meta, cell, size);
    let mark = box.querySelector(".field-mark");
    if (!mark) {
      mark = document.createElement("span");
      mark.className = "field-mark";
      box.append(mark);
    }
    Object.assign(mark.style, {
      left: `${100 * left / size.width}%`, top: `${100 * top / size.height}%`,
      width: `${100 * (right - left) / size.width}%`,
      height: `${100 * (bottom - top) / size.height}%`,
    });
  }

  function unpoint() {
    pictures()?.hideMarks();
    for (const mark of document.querySelectorAll(".cell-marks, .digit-box .field-mark")) mark.remove();
    for (const slot of document.querySelectorAll("#compare-boards .cell-value")) {
      slot.textContent = slot.dataset.value || "";
    }
  }

  // The cell at a place of the screen: on which board, in which image's grid, which cell.
  function placeAt(plot, event) {
    const meta = metaOf(plot);
    if (meta.kind !== "board") return null;
    const { x, y } = pictures().placeOf(plot, event);
    const cell = pictures().cellAt(meta, x % meta.slot, y);
    const isWithin = x >= 0 && y >= 0 && x % meta.slot < meta.picture[1] && y < meta.picture[0] &&
      x < meta.tiles * meta.slot;
    return cell && isWithin ? { plot, x, y, cell } : null;
  }

  const nameOf = ({ unit, row, column }) => `${unit}:${row}:${column}`;

  // A cell is chosen: pointed out, or circled while the reader draws.
  function choose(place, isTouch = false) {
    const isTaken = window.lookingGlassHand?.take(place, isTouch);
    if (!isTaken) glass().set({ cell: nameOf(place.cell) });
  }

  // --- dragging over a grid enlarges its units in all grids ---------------------------------------

  function startDrag(plot, event) {
    if (event.button !== 0) return;
    const area = plot.getBoundingClientRect();
    const isTouch = event.pointerType === "touch";
    drag = { plot, area, isTouch, x: event.clientX, y: event.clientY, box: null };
  }

  function onMove(event) {
    if (!drag) return;
    const wide = Math.abs(event.clientX - drag.x);
    const high = Math.abs(event.clientY - drag.y);
    // A finger that moves scrolls the page.
    if (drag.isTouch) return;
    if (!drag.box && Math.max(wide, high) < SMALLEST_DRAG) return;
    if (!drag.box) {
      drag.box = document.createElement("div");
      drag.box.className = "drag-box";
      drag.plot.append(drag.box);
      unpoint();
    }
    Object.assign(drag.box.style, {
      left: `${Math.min(event.clientX, drag.x) - drag.area.left}px`,
      top: `${Math.min(event.clientY, drag.y) - drag.area.top}px`,
      width: `${wide}px`, height: `${high}px`,
    });
  }

  function endDrag(event) {
    if (!drag) return;
    const { plot, area, isTouch, x, y, box } = drag;
    drag = null;
    if (!box) {
      const isStill = Math.hypot(event.clientX - x, event.clientY - y) < SMALLEST_DRAG;
      const place = isStill && placeAt(plot, event);
      if (place) choose(place, isTouch);
      return;
    }
    box.remove();
    const meta = metaOf(plot);
    const { xaxis, yaxis } = plot._fullLayout;
    const cellX = (pixel) => xaxis.p2d(pixel - area.left - xaxis._offset) + 0.5;
    const cellY = (pixel) => yaxis.p2d(pixel - area.top - yaxis._offset) + 0.5;
    const first = Math.max(Math.floor(cellX(x) / meta.slot), 0) * meta.slot;
    const within = (value) => Math.min(Math.max(value - first, 0), meta.picture[1] - 1);
    const [left, right] = [cellX(x), cellX(event.clientX)].map(within).sort((a, b) => a - b);
    const [top, bottom] = [cellY(y), cellY(event.clientY)]
      .map((value) => Math.min(Math.max(value, 0), meta.picture[0] - 1)).sort((a, b) => a - b);
    const tall = meta.height + meta.gap;
    const wide = meta.width + meta.gap;
    const units = [];
    for (let row = Math.floor(top / tall); row <= Math.floor(bottom / tall); row += 1) {
      for (let column = Math.floor(left / wide); column <= Math.floor(right / wide); column += 1) {
        const place = row * meta.columns + column;
        if (column < meta.columns && place < meta.units) {
          units.push(meta.order ? meta.order[place] : place);
        }
      }
    }
    if (units.length) glass().set({ zoom: units.slice(0, 64) });
  }

  // --- moving images ------------------------------------------------------------------------------

  function withQuestion(change) {
    const { values } = glass().answer();
    const parts = new URLSearchParams(location.search);
    // Other images could stand for other classes: the question stays.
    parts.set("p", values.p);
    parts.set("q", values.q);
    change(parts, values);
    return `?${parts.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
  }

  function moveImage(data, target, before) {
    const answer = glass().answer();
    if (!answer) return;
    const lists = {};
    for (const key of ["a", "b", "c"]) lists[key] = [...(answer.values[key] || [])];
    const image = asMember(data.image);
    lists[data.group] = lists[data.group].filter((member) => member !== image);
    if (lists[target].includes(image)) return;
    const place = before === null ? lists[target].length : lists[target].indexOf(before);
    lists[target].splice(place < 0 ? lists[target].length : place, 0, image);
    document.dispatchEvent(new CustomEvent("lookingglass:touched", {
      detail: { group: target, image },
    }));
    glass().go(PATH, withQuestion((parts) => {
      for (const key of new Set([data.group, target])) parts.set(key, lists[key].join(","));
    }), { own: answer.own });
  }

  document.addEventListener("dragstart", (event) => {
    const member = event.target.closest?.("[data-member]");
    if (!member) return;
    event.dataTransfer.setData("text/x-member",
      JSON.stringify({ image: member.dataset.member, group: member.dataset.group }));
    event.dataTransfer.effectAllowed = "move";
  });
  document.addEventListener("dragover", (event) => {
    if (!event.target.closest?.("[data-drop]")) return;
    if (![...event.dataTransfer.types].includes("text/x-member")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  });
  document.addEventListener("drop", (event) => {
    const group = event.target.closest?.("[data-drop]");
    const told = event.dataTransfer.getData("text/x-member");
    if (!group || !told) return;
    event.preventDefault();
    const over = event.target.closest("[data-member]");
    const data = JSON.parse(told);
    if (over && over.dataset.member === data.image && over.dataset.group === data.group) return;
    moveImage(data, group.dataset.drop, over ? asMember(over.dataset.member) : null);
  });

  // --- sent here ----------------------------------------------------------------------------------

  function kept() {
    try {
      return sessionStorage.getItem(KEPT_QUERY);
    } catch {
      return null;
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-send]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      // The image joins the groups that were compared last, if they are of the same set; no address
      // names the first set or the first model. The reader's own image fits every set.
      const { hash, searchParams: own } = new URL(link.href);
      const search = kept();
      const last = new URLSearchParams(search ?? "");
      if (search !== null && (hash || last.get("set") === own.get("set"))) {
        if (!own.has("model")) last.delete("model");
        for (const key of ["layer", "model", `add_${link.dataset.send}`]) {
          if (own.has(key)) last.set(key, own.get(key));
        }
        event.preventDefault();
        glass().go(PATH, `?${last.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`,
          { own: hash.replace("#own=", "") });
      }
    }
    if (event.target.closest(".circles tbody tr")) {
      document.getElementById("compare-boards")?.scrollIntoView({ block: "nearest" });
    }
  }, true);

  window.lookingGlassCompare = { PATH, withQuestion, asMember, own: () => glass().answer()?.own || "",
    boards, metaOf, pointAt, unpoint, choose };

  function bind() {
    for (const plot of boards()) {
      if (bound.has(plot) || !plot.on) continue;
      bound.add(plot);
      plot.on("plotly_hover", (what) => pointAt(plot, what));
      plot.on("plotly_unhover", unpoint);
    }
  }

  addEventListener("pointerdown", (event) => {
    const plot = event.target.closest?.("#compare-boards .js-plotly-plot");
    if (plot) startDrag(plot, event);
  }, true);
  addEventListener("pointermove", onMove, { passive: true });
  addEventListener("pointerup", endDrag);
  addEventListener("pointercancel", () => {
    drag?.box?.remove();
    drag = null;
  });
  document.addEventListener("mouseover", () => {
    if (location.pathname === PATH) bind();
  }, { passive: true });
  document.addEventListener("lookingglass:settled", ({ detail }) => {
    if (detail.path !== PATH) return;
    requestAnimationFrame(bind);
    try {
      sessionStorage.setItem(KEPT_QUERY, detail.search);
    } catch {
      // A browser that keeps nothing starts each comparison from the page's default.
    }
  });
})();

// The Compare page: one pointer over all grids, the same units enlarged in all, images moved with
// the mouse, random threes judged part by part, and images sent here from other pages.
(() => {
  "use strict";

  const PATH = "/compare";
  const KEPT_QUERY = "looking-glass-compare";
  const SMALLEST_DRAG = 12;

  let drag = null;
  let told = null; // { plot, place, event } of the cell that is told
  let renewal = 0;

  const glass = () => window.lookingGlass;
  // A number of the set, or the word for the reader's own image.
  const asMember = (text) => (text === "own" ? text : Number(text));
  const pictures = () => window.lookingGlassPictures;
  const board = () => window.lookingGlassBoards;
  const metaOf = (plot) => board().metaOf(plot);
  const boards = () => [...document.querySelectorAll("#compare-boards .js-plotly-plot")]
    .filter((plot) => metaOf(plot).kind === "board" && plot.offsetParent);

  function captionsOf(plot) {
    return [...plot.closest(".group-line").querySelectorAll(".member")];
  }

  // --- pointing ----------------------------------------------------------------------------------

  // The cell at a place: in which image's grid, at which place of it.
  function cellUnder(plot, { x, y }) {
    const meta = metaOf(plot);
    const local = { x: x % meta.slot, y };
    const tile = Math.floor(x / meta.slot);
    if (x < 0 || y < 0 || tile >= meta.tiles || board().valueAt(plot, tile, local) === undefined) {
      return null;
    }
    const cell = pictures().cellAt(meta, local.x, y);
    return cell && { plot, tile, local, cell };
  }

  const shortValue = (value) => pictures().shortNumber(Number(value.toPrecision(4)));

  function pointAt(plot, place, event) {
    const found = cellUnder(plot, place);
    if (!found || drag?.box) {
      unpoint();
      return;
    }
    told = { plot, place, event };
    const { tile, local, cell } = found;
    const meta = metaOf(plot);
    const isMap = meta.height * meta.width > 1;
    const lines = [isMap ? `map ${cell.unit} · row ${cell.row} · column ${cell.column}`
      : `node ${cell.unit}`];
    for (const other of boards()) {
      const captions = captionsOf(other);
      for (let each = 0; each < metaOf(other).tiles; each += 1) {
        const value = board().valueAt(other, each, local);
        // A picture that is being exchanged may not have the cell that was pointed at.
        if (value === undefined) break;
        const slot = captions[each]?.querySelector(".cell-value");
        if (slot) slot.textContent = `= ${shortValue(value)}`;
        if (other === plot && each === tile) lines.push(`activation ${shortValue(value)}`);
        markField(captions[each], meta, cell);
      }
      markCells(other, local);
    }
    pictures().showTooltip(lines, event);
  }

  function markCells(plot, { x, y }) {
    let layer = plot.querySelector(".cell-marks");
    if (!layer) {
      layer = document.createElement("div");
      layer.className = "cell-marks";
      plot.append(layer);
    }
    const meta = metaOf(plot);
    const size = board().sizeOf(plot);
    layer.replaceChildren(...Array.from({ length: meta.tiles }, (_, tile) => {
      const mark = document.createElement("div");
      Object.assign(mark.style, {
        left: `${(tile * meta.slot + x + meta.margin) * size}px`, top: `${(y + meta.margin) * size}px`,
        width: `${size}px`, height: `${size}px`,
      });
      return mark;
    }));
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
    told = null;
    pictures()?.hideMarks();
    for (const mark of document.querySelectorAll(".cell-marks, .digit-box .field-mark")) mark.remove();
    for (const slot of document.querySelectorAll("#compare-boards .cell-value")) {
      slot.textContent = slot.dataset.value || "";
    }
  }

  // Other images or cells may have come to stand there: a pointer rests where it is, keys on their cell.
  function pointAnew() {
    if (!told) return;
    const { plot, place, event } = told;
    if (plot.isConnected) pointAt(plot, event instanceof Event ? board().placeOf(plot, event) : place, event);
    else unpoint();
  }

  function renew() {
    cancelAnimationFrame(renewal);
    renewal = requestAnimationFrame(pointAnew);
  }

  const nameOf = ({ unit, row, column }) => `${unit}:${row}:${column}`;

  // A cell is chosen: pointed out, or circled while the reader draws.
  function choose(found, isTouch = false) {
    const isTaken = window.lookingGlassHand?.take(found, isTouch);
    if (!isTaken) glass().set({ cell: nameOf(found.cell) });
  }

  // --- dragging over a grid enlarges its units in all grids ---------------------------------------

  function startDrag(plot, event) {
    if (event.button !== 0) return;
    const area = plot.getBoundingClientRect();
    const isTouch = event.pointerType === "touch";
    drag = { plot, area, isTouch, x: event.clientX, y: event.clientY, box: null };
  }

  function onMove(event) {
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
    const { plot, isTouch, x, y, box } = drag;
    drag = null;
    if (!box) {
      const isStill = Math.hypot(event.clientX - x, event.clientY - y) < SMALLEST_DRAG;
      const found = isStill && cellUnder(plot, board().placeOf(plot, event));
      if (found) choose(found, isTouch);
      return;
    }
    box.remove();
    const meta = metaOf(plot);
    const [from, to] = [board().placeOf(plot, { clientX: x, clientY: y }), board().placeOf(plot, event)];
    const first = Math.max(Math.floor(from.x / meta.slot), 0) * meta.slot;
    const within = (value, size) => Math.min(Math.max(value, 0), size - 1);
    const [left, right] = [from.x, to.x].map((value) => within(value - first, meta.picture[1]))
      .sort((a, b) => a - b);
    const [top, bottom] = [from.y, to.y].map((value) => within(value, meta.picture[0]))
      .sort((a, b) => a - b);
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
    boards, metaOf, cellUnder, pointAt, unpoint, choose };

  const plotUnder = ({ target }) => target.closest?.("#compare-boards .js-plotly-plot");

  let pointed = null;

  function onHover(event) {
    const plot = event.pointerType === "touch" ? null : plotUnder(event);
    if (plot && metaOf(plot).kind === "board") {
      pointed = plot;
      pointAt(plot, board().placeOf(plot, event), event);
    } else if (pointed) {
      pointed = null;
      unpoint();
    }
  }

  addEventListener("pointerdown", (event) => {
    const plot = plotUnder(event);
    if (plot) startDrag(plot, event);
  }, true);
  addEventListener("pointermove", (event) => {
    if (drag) onMove(event);
    else onHover(event);
  }, { passive: true });
  addEventListener("pointerup", endDrag);
  addEventListener("pointercancel", () => {
    drag?.box?.remove();
    drag = null;
  });
  for (const change of ["drawn", "settled"]) document.addEventListener(`lookingglass:${change}`, renew);
  document.addEventListener("lookingglass:settled", ({ detail }) => {
    if (detail.path !== PATH) return;
    try {
      sessionStorage.setItem(KEPT_QUERY, detail.search);
    } catch {
      // A browser that keeps nothing starts each comparison from the page's default.
    }
  });
})();

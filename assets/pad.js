// The pad of the Draw page: a canvas with strokes by pointer or keys, taken back and drawn again.
// drawingPad.open(box, changed) builds it into a <div> and calls back after whatever changes it.
(() => {
  "use strict";

  const SIDE = 280;
  const BRUSH = 22; // lands at MNIST's width once the drawing is scaled
  const CELLS = 20; // of the grid that keys move on
  const KEPT = 40;
  const INKED = 40; // of 255: what is fainter counts as empty
  const BLACK = "#000000";
  let canvas = null;
  let cursor = null;
  let changed = () => {};
  let past = [];
  let future = [];
  let pen = null;
  let isErasing = false;
  let colour = "#ffffff";
  let ground = BLACK;
  const dot = { x: CELLS / 2, y: CELLS / 2 };

  function open(box, onChange) {
    changed = onChange;
    canvas = document.createElement("canvas");
    Object.assign(canvas, { width: SIDE, height: SIDE, tabIndex: 0 });
    canvas.setAttribute("role", "application");
    cursor = Object.assign(document.createElement("div"), { className: "pad-cursor" });
    const grid = Object.assign(document.createElement("div"), { className: "pad-grid" });
    grid.append(cursor);
    box.replaceChildren(canvas, grid);
    canvas.addEventListener("pointerdown", start);
    canvas.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, stop);
    canvas.addEventListener("keydown", byKey);
    [past, future, pen, ground] = [[], [], null, BLACK];
    fill(BLACK);
    showDot();
    buildColours();
    return { look, put, isEmpty, isDrawing: () => pen !== null, act: (name) => ACTS[name]() };
  }

  const context = () => canvas.getContext("2d", { willReadFrequently: true });
  const look = () => canvas.toDataURL("image/png");

  function fill(paint) {
    context().fillStyle = paint;
    context().fillRect(0, 0, SIDE, SIDE);
  }

  function isEmpty() {
    const { data } = context().getImageData(0, 0, SIDE, SIDE);
    for (let place = 0; place < data.length; place += 16) {
      if (data[place] > INKED || data[place + 1] > INKED || data[place + 2] > INKED) return false;
    }
    return true;
  }

  function remember() {
    past.push(look());
    if (past.length > KEPT) past.shift();
    future = [];
  }

  // A picture in place of what stands there.
  async function put(address) {
    const image = new Image();
    image.src = address;
    await image.decode();
    fill(BLACK);
    context().imageSmoothingEnabled = false;
    context().drawImage(image, 0, 0, SIDE, SIDE);
  }

  function line([x0, y0], [x1, y1]) {
    const ink = context();
    ink.strokeStyle = isErasing ? ground : colour;
    ink.lineWidth = isErasing ? BRUSH * 1.6 : BRUSH;
    ink.lineCap = ink.lineJoin = "round";
    ink.beginPath();
    ink.moveTo(x0, y0);
    ink.lineTo(x1 + 0.01, y1);
    ink.stroke();
  }

  // --- pointer ---------------------------------------------------------------------------------------

  function placeOf(event) {
    const area = canvas.getBoundingClientRect();
    return [(event.clientX - area.left) * SIDE / area.width,
      (event.clientY - area.top) * SIDE / area.height];
  }

  function start(event) {
    event.preventDefault();
    if (pen) return; // a second finger
    canvas.setPointerCapture(event.pointerId);
    remember();
    pen = placeOf(event);
    line(pen, pen);
    changed();
  }

  function move(event) {
    if (!pen) return;
    const parts = event.getCoalescedEvents?.() || [];
    for (const part of parts.length ? parts : [event]) {
      const next = placeOf(part);
      line(pen, next);
      pen = next;
    }
    changed();
  }

  function stop() {
    if (!pen) return;
    pen = null;
    changed();
  }

  // --- keys --------------------------------------------------------------------------------------------

  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const middle = () => [dot.x, dot.y].map((place) => (place + 0.5) * SIDE / CELLS);
  const inside = (place) => Math.min(Math.max(place, 0), CELLS - 1);

  function byKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = WAYS[event.key];
    if (!way && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    const before = middle();
    if (way) [dot.x, dot.y] = [inside(dot.x + way[0]), inside(dot.y + way[1])];
    showDot();
    if (way && !event.shiftKey) return;
    remember();
    line(way ? before : middle(), middle());
    changed();
  }

  function showDot() {
    cursor.style.left = `${100 * dot.x / CELLS}%`;
    cursor.style.top = `${100 * dot.y / CELLS}%`;
    canvas.setAttribute("aria-label", `Pad, column ${dot.x + 1}, row ${dot.y + 1} of ${CELLS}; ` +
      "arrow keys move, space draws a dot, shift and arrows a line");
  }

  // --- what the buttons do -------------------------------------------------------------------------------

  async function swap(from, to) {
    if (!from.length) return;
    to.push(look());
    await put(from.pop());
  }

  const ACTS = {
    undo: () => swap(past, future),
    redo: () => swap(future, past),
    erase() {
      isErasing = !isErasing;
      document.querySelector('[data-pad="erase"]').setAttribute("aria-pressed", String(isErasing));
    },
    clear() {
      remember();
      ground = BLACK;
      fill(ground);
    },
    remember,
    fill() {
      remember();
      ground = colour;
      fill(ground);
    },
  };

  // For networks that see colours; the field is the browser's own.
  function buildColours() {
    const place = document.getElementById("draw-colour-place");
    if (!place) return;
    const field = Object.assign(document.createElement("input"), { type: "color", value: colour });
    field.setAttribute("aria-label", "Colour of the ink");
    field.addEventListener("input", () => { colour = field.value; });
    place.replaceChildren(field);
  }

  window.drawingPad = { open };
})();

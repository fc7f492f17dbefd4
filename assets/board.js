// The boards of the Compare page: the grids of several images, a pixel a cell on a canvas that the browser
// enlarges, with the rings over it. Plotly would take several times as long; it draws only what is saved.
(() => {
  "use strict";

  const BETWEEN_MAPS = [77, 85, 99];

  const drawn = new WeakMap(); // of each plot: { meta, trace, tiles, box, canvas, rings }

  const metaOf = (plot) => drawn.get(plot)?.meta || {};
  const numbers = () => window.lookingGlassNumbers;
  function paint({ canvas, meta, trace, tiles }) {
    const [high, wide] = meta.picture;
    canvas.width = (tiles.length - 1) * meta.slot + wide;
    canvas.height = high;
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, high);
    const pixels = new Int32Array(image.data.buffer);
    const { painter, packedColour } = window.lookingGlassRepaint;
    const colourOf = painter(trace);
    const ground = packedColour(BETWEEN_MAPS);
    tiles.forEach((cells, tile) => {
      const start = tile * meta.slot;
      for (let row = 0; row < high; row += 1) {
        pixels.fill(ground, row * canvas.width + start, row * canvas.width + start + wide);
      }
      let cell = 0;
      for (let place = 0; place < meta.units; place += 1) {
        const top = Math.floor(place / meta.columns) * (meta.height + meta.gap);
        const left = start + (place % meta.columns) * (meta.width + meta.gap);
        for (let row = 0; row < meta.height; row += 1) {
          let pixel = (top + row) * canvas.width + left;
          for (const end = cell + meta.width; cell < end; cell += 1, pixel += 1) {
            pixels[pixel] = colourOf(cells[cell]);
          }
        }
      }
    });
    context.putImageData(image, 0, 0);
    const share = (part, whole) => `${(100 * part) / whole}%`;
    Object.assign(canvas.style, {
      left: share(meta.margin, meta.slots * meta.slot), top: share(meta.margin, meta.rows),
      width: share(canvas.width, meta.slots * meta.slot), height: share(high, meta.rows),
    });
  }

  function made(plot) {
    const box = document.createElement("div");
    box.className = "board-picture";
    box.ariaHidden = "true";
    const canvas = document.createElement("canvas");
    const rings = document.createElement("img");
    rings.alt = "";
    rings.draggable = false;
    box.append(canvas, rings);
    plot.append(box);
    return { box, canvas, rings };
  }

  function ring(plot) {
    const { rings } = drawn.get(plot);
    const text = document.getElementById(`${plot.closest(".dash-graph").id}-rings`)?.textContent || "";
    rings.hidden = !text;
    if (text && rings.getAttribute("src") !== text) rings.src = text;
  }

  function draw(plot, { data, layout }) {
    let board = drawn.get(plot);
    if (!board || !board.box.isConnected) board = made(plot);
    const tiles = data.length ? data[0].z.map(numbers().cellsOf) : [];
    Object.assign(board, { meta: layout.meta, trace: data[0], tiles });
    drawn.set(plot, board);
    board.box.hidden = !tiles.length;
    if (tiles.length) paint(board);
    ring(plot);
    Object.defineProperty(plot, "lookingGlassFigure", { configurable: true, get: () => figureOf(plot) });
  }

  // --- places: cells count from the first of the first grid, to the right and down ----------------

  function sizeOf(plot) {
    const { slots, slot } = metaOf(plot);
    return plot.getBoundingClientRect().width / (slots * slot);
  }

  function placeOf(plot, { clientX, clientY }) {
    const { left, top } = plot.getBoundingClientRect();
    const { margin } = metaOf(plot);
    const size = sizeOf(plot);
    return { x: Math.floor((clientX - left) / size - margin), y: Math.floor((clientY - top) / size - margin) };
  }

  // Middle of a cell on the screen.
  function pixelOf(plot, { x, y }) {
    const { left, top } = plot.getBoundingClientRect();
    const { margin } = metaOf(plot);
    const size = sizeOf(plot);
    return { clientX: left + (x + margin + 0.5) * size, clientY: top + (y + margin + 0.5) * size };
  }

  // Activation at a place of the mosaic in one grid, undefined where no cell is.
  function valueAt(plot, tile, { x, y }) {
    const { meta, tiles } = drawn.get(plot);
    const [column, row] = [x % (meta.width + meta.gap), y % (meta.height + meta.gap)];
    const place = Math.floor(y / (meta.height + meta.gap)) * meta.columns +
      Math.floor(x / (meta.width + meta.gap));
    const isCell = column < meta.width && row < meta.height && x < meta.picture[1] && y < meta.picture[0];
    return isCell ? tiles[tile][(place * meta.height + row) * meta.width + column] : undefined;
  }

  // --- the picture that is saved -------------------------------------------------------------------

  function figureOf(plot) {
    const { meta, trace, tiles } = drawn.get(plot);
    if (!tiles.length) return { data: [], layout: {} };
    const [high, wide] = meta.picture;
    const rows = Array.from({ length: high }, (_, y) => Array.from(
      { length: (tiles.length - 1) * meta.slot + wide },
      (__, x) => (x % meta.slot < wide ? valueAt(plot, Math.floor(x / meta.slot), { x: x % meta.slot, y })
        : undefined) ?? null));
    const [start, across] = [-0.5 - meta.margin, meta.slots * meta.slot];
    const source = drawn.get(plot).rings.getAttribute("src");
    const axis = { visible: false, constrain: "domain" };
    const strip = meta.slot * 0.14; // room for a digit, in cells
    const over = (source, x, y, sizex, sizey) =>
      ({ source, xref: "x", yref: "y", x, y, sizex, sizey, sizing: "stretch", layer: "above" });
    const cards = [...plot.closest(".group-line").querySelectorAll(".member")].slice(0, tiles.length);
    const digits = cards.map((card, tile) => [card.querySelector(".digit"), tile * meta.slot - 0.5]);
    return {
      taller: 1 + strip / meta.rows,
      data: [{ type: "heatmap", z: rows, zmin: trace.zmin, zmax: trace.zmax,
        colorscale: trace.colorscale }],
      layout: {
        meta,
        margin: { l: 0, r: 70, t: 0, b: 0 },
        xaxis: { ...axis, range: [start, start + across] },
        yaxis: { ...axis, range: [start + meta.rows, start - strip], scaleanchor: "x", scaleratio: 1 },
        images: [
          ...(source ? [over(source, start, start, across, meta.rows)] : []),
          ...digits.filter(([digit]) => digit).map(([digit, x]) =>
            over(digit.src, x, start - strip, 0.9 * strip, 0.9 * strip)),
        ],
        annotations: cards.map((card, tile) => ({
          text: window.lookingGlassNumbers.plain(
            card.dataset.told || card.querySelector("b")?.textContent || "").replace(": ", ":<br>"),
          x: digits[tile][1] + (digits[tile][0] ? strip : 0), y: start - strip / 2, xanchor: "left",
          yanchor: "middle", showarrow: false, align: "left", font: { size: 11, color: "#1f2933" },
        })),
      },
    };
  }

  window.lookingGlassBoards = { draw, metaOf, sizeOf, placeOf, pixelOf, valueAt };

  document.addEventListener("lookingglass:settled", () => {
    for (const plot of document.querySelectorAll(".js-plotly-plot")) if (drawn.has(plot)) ring(plot);
  });
})();

// Pointing at pictures: the value under the pointer, the pixels that a cell sees, the enlarged unit,
// and the saved PNG.
(() => {
  "use strict";

  const bound = new WeakSet();
  let pointed = null; // plot that the pointer rests on
  let renewal = 0;
  const plots = () => [...document.querySelectorAll(".js-plotly-plot")];
  const metaOf = (plot) => (plot.layout && plot.layout.meta) || {};
  const shortNumber = (value) =>
    (value === 0 ? "0" : Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5
      ? String(Number(value.toPrecision(6))) : value.toExponential(4)).replaceAll("-", "−");

  function cellAt(meta, x, y) {
    const tall = meta.height + meta.gap;
    const wide = meta.width + meta.gap;
    const place = Math.floor(y / tall) * meta.columns + Math.floor(x / wide);
    if (place < 0 || place >= meta.units) return null;
    const unit = meta.order ? meta.order[place] : place;
    return { unit, row: y % tall, column: x % wide };
  }

  // Place of a cell in a grid that may stand in another order: top, left, bottom, right.
  function boxOf(meta, cell) {
    const place = meta.order ? meta.order.indexOf(cell.unit) : cell.unit;
    const y = Math.floor(place / meta.columns) * (meta.height + meta.gap) + cell.row;
    const x = (place % meta.columns) * (meta.width + meta.gap) + cell.column;
    return [y, x, y + 1, x + 1];
  }

  // Pixels that a cell sees: top, left, bottom, right, half-open and cut to the image.
  function fieldOf(meta, cell, image) {
    const fields = meta.fields || {};
    if (fields.boxes) return fields.boxes[cell.unit];
    if (fields.box) return fields.box;
    if (!fields.start) return [0, 0, image.height, image.width];
    const top = fields.start[0] + cell.row * fields.stride[0];
    const left = fields.start[1] + cell.column * fields.stride[1];
    return [Math.max(top, 0), Math.max(left, 0),
      Math.min(top + fields.size[0], image.height), Math.min(left + fields.size[1], image.width)];
  }

  function outline(plot, className, box) {
    let mark = plot.querySelector(`.${className}`);
    if (!box) {
      if (mark) mark.hidden = true;
      return;
    }
    if (!mark) {
      mark = document.createElement("div");
      mark.className = className;
      plot.append(mark);
    }
    const { xaxis, yaxis } = plot._fullLayout;
    const [top, left, bottom, right] = box;
    const x0 = xaxis._offset + xaxis.d2p(left - 0.5);
    const x1 = xaxis._offset + xaxis.d2p(right - 0.5);
    const y0 = yaxis._offset + yaxis.d2p(top - 0.5);
    const y1 = yaxis._offset + yaxis.d2p(bottom - 0.5);
    Object.assign(mark.style, {
      left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px`,
    });
    mark.hidden = false;
  }

  function showTooltip(lines, event) {
    const tooltip = document.getElementById("tooltip");
    if (!tooltip || !event) return;
    tooltip.replaceChildren(...lines.map((line) => {
      const row = document.createElement("div");
      row.textContent = line;
      return row;
    }));
    tooltip.hidden = false;
    const { clientX, clientY } = event;
    const left = Math.min(clientX + 14, innerWidth - tooltip.offsetWidth - 6);
    const above = clientY - tooltip.offsetHeight - 10;
    tooltip.style.left = `${Math.max(left, 6)}px`;
    tooltip.style.top = `${above > 4 ? above : clientY + 18}px`;
  }

  function hideMarks() {
    const tooltip = document.getElementById("tooltip");
    if (tooltip) tooltip.hidden = true;
    for (const plot of plots()) {
      outline(plot, "field-box", null);
      outline(plot, "cell-box", null);
    }
  }

  function pointAtGrid(plot, point, event) {
    const meta = metaOf(plot);
    const cell = cellAt(meta, point.x, point.y);
    if (!cell) return hideMarks();
    const value = point.customdata === undefined ? point.z : point.customdata;
    const isMap = meta.height * meta.width > 1;
    const lines = [isMap
      ? `map ${cell.unit} · row ${cell.row} · column ${cell.column}` : `node ${cell.unit}`,
    `${meta.measure || "activation"} ${shortNumber(value)}`];
    if (point.customdata !== undefined) lines.push(`shown as ${shortNumber(point.z)}`);
    const images = plots().filter((other) => metaOf(other).kind === "image");
    for (const image of images) {
      const box = fieldOf(meta, cell, metaOf(image));
      if (image === images[0]) {
        lines.push(`sees rows ${box[0]}–${box[2] - 1}, columns ${box[1]}–${box[3] - 1}`);
      }
      outline(image, "field-box", box);
    }
    for (const other of plots()) {
      const otherMeta = metaOf(other);
      const isTwin = other === plot || (otherMeta.kind === "grid" && otherMeta.layer === meta.layer);
      outline(other, "cell-box", isTwin ? boxOf(otherMeta, cell) : null);
      // A twin that measures something else tells its number too.
      if (isTwin && otherMeta.measure !== meta.measure) {
        const twin = other.calcdata[0][0].z[point.y][point.x];
        lines.splice(2, 0, `${otherMeta.measure || "activation"} ${shortNumber(twin)}`);
      }
    }
    showTooltip(lines, event);
    return null;
  }

  function pointAt(plot, { points, event }) {
    const kind = metaOf(plot).kind;
    const point = points[0];
    if (kind === "grid") pointAtGrid(plot, point, event);
    else if (kind === "image") {
      const ink = Array.isArray(point.z) ? point.z.join(", ") : shortNumber(point.z);
      const measure = metaOf(plot).measure || "ink";
      showTooltip([`row ${point.y} · column ${point.x}`, `${measure} ${ink}`], event);
    } else if (kind === "told" && point.customdata !== undefined) {
      showTooltip(String(point.customdata).split("\n"), event);
    }
  }

  // Plotly tells a place only once, whatever comes to stand there, and of a plot that is gone not that it was left.
  function pointAnew() {
    if (!pointed) return;
    hideMarks();
    if (!pointed.isConnected) pointed = null;
    else {
      pointed._hoverdata = undefined;
      pointed._fullLayout?._rehover?.();
    }
  }

  // Where a click went, in the plot's own coordinates. Plotly tells the point that was hovered up to
  // 50 ms before, which after a quick move is another one.
  function placeOf(plot, event, point) {
    if (!event || event.clientX === undefined) return point;
    const { left, top } = plot.getBoundingClientRect();
    const { xaxis, yaxis } = plot._fullLayout;
    return { x: Math.round(xaxis.p2d(event.clientX - left - xaxis._offset)),
      y: Math.round(yaxis.p2d(event.clientY - top - yaxis._offset)) };
  }

  function clickOn(plot, { points, event }) {
    const meta = metaOf(plot);
    if (meta.kind === "told" && meta.click) {
      // A chart whose axes are parts of the address.
      const changes = Object.entries(meta.click).map(([axis, key]) => [key, points[0][axis]]);
      window.lookingGlass.set(Object.fromEntries(changes));
    }
    const place = placeOf(plot, event, points[0]);
    const unit = meta.kind === "told" && meta.units && meta.units[place.x];
    const cell = meta.kind === "grid" ? cellAt(meta, place.x, place.y)
      : typeof unit === "number" ? { unit } : null;
    if (cell) choose(plot, cell);
  }

  // What a click on a cell, or Enter on it, asks for.
  function choose(plot, cell) {
    const meta = metaOf(plot);
    document.dispatchEvent(new CustomEvent("lookingglass:cell", {
      detail: { plot: plot.closest(".dash-graph")?.id || "", layer: meta.layer,
        toggles: Boolean(meta.toggles), ...cell },
    }));
    if (meta.kind === "grid" && meta.click !== "none") {
      window.lookingGlass.set({ [meta.click || "unit"]: cell.unit });
    }
  }

  function bind() {
    for (const plot of plots()) {
      if (bound.has(plot) || !plot.on) continue;
      bound.add(plot);
      plot.on("plotly_hover", (what) => {
        pointed = plot;
        pointAt(plot, what);
      });
      plot.on("plotly_unhover", () => {
        pointed = null;
        hideMarks();
      });
      plot.on("plotly_click", (what) => clickOn(plot, what));
    }
  }

  // Lines above a saved picture: its name, and what the page says of it in elements that are named.
  function headOf(plot, name) {
    const told = (plot.closest("[data-head]")?.dataset.head || "").split(" ").filter(Boolean)
      .map((id) => document.getElementById(id)).filter(Boolean)
      .map((element) => [...element.children].map((part) => part.textContent.trim()).join("   "));
    return [name, ...told].map(window.lookingGlassNumbers.plain);
  }

  function save(graphId, name) {
    const plot = document.querySelector(`#${CSS.escape(graphId)} .js-plotly-plot`);
    if (!plot || !window.Plotly) return;
    const shown = plot.lookingGlassFigure || plot;
    const { width, height: own } = plot.getBoundingClientRect();
    const height = own * (shown.taller || 1);
    const head = headOf(plot, name);
    const above = 18 * head.length;
    const layout = {
      ...shown.layout, paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff",
      width: width + 24, height: height + above + 36,
      margin: { ...shown.layout.margin, t: above + 24, l: 12 + (shown.layout.margin?.l || 0), b: 12,
        r: 12 },
      title: { text: head.join("<br>"), font: { size: 13 }, x: 0.01, xanchor: "left",
        y: 1 - 16 / (height + above + 36), yanchor: "top" },
    };
    const data = shown.data.map((trace, place) =>
      place ? trace : window.lookingGlassNumbers.withBar(trace, shown.layout?.meta || metaOf(plot)));
    window.Plotly.toImage({ data, layout }, {
      format: "png", scale: 2, width: layout.width, height: layout.height,
    }).then((address) => {
      const link = document.createElement("a");
      link.href = address;
      link.download = `${name}.png`;
      link.click();
    });
  }

  window.lookingGlassPictures = {
    cellAt, fieldOf, placeOf, shortNumber, showTooltip, hideMarks, choose,
    // By keyboard: what the pointer rests on is not told any more.
    pointAtGrid(...what) {
      pointed = null;
      pointAtGrid(...what);
    },
  };

  function renew() {
    cancelAnimationFrame(renewal);
    renewal = requestAnimationFrame(pointAnew);
  }

  document.addEventListener("lookingglass:settled", () => requestAnimationFrame(bind));
  for (const change of ["drawn", "settled"]) document.addEventListener(`lookingglass:${change}`, renew);
  document.addEventListener("mouseover", bind, { passive: true });
  document.addEventListener("touchstart", bind, { passive: true });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save]");
    if (button) save(button.dataset.save, button.dataset.name);
  });
})();

// A grid's numbers come packed (app/figures/pictures/arrays.py, packed_cells): they are unpacked and tiled
// here, bit for bit, before Plotly draws them. Its colour bar is drawn here too.
(() => {
  "use strict";

  function bytesOf(text) {
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let place = 0; place < letters.length; place += 1) bytes[place] = letters.charCodeAt(place);
    return bytes;
  }

  // Activations in the order of unit, row, column.
  function cellsOf({ units, height, width, packed }) {
    const bytes = bytesOf(packed);
    const nCells = units * height * width;
    const nBits = Math.ceil(nCells / 8);
    const ground = new DataView(bytes.buffer, 0, 4 * units);
    const differs = bytes.subarray(4 * units, 4 * units + nBits);
    const isTold = bytes.subarray(4 * units + nBits, 4 * units + 2 * nBits);
    const told = bytes.subarray(4 * units + 2 * nBits);
    const nTold = told.length / 4;
    const cells = new Uint32Array(nCells);
    let next = 0;
    let cell = 0;
    for (let unit = 0; unit < units; unit += 1) {
      const usual = ground.getUint32(4 * unit, true);
      for (const end = cell + height * width; cell < end; cell += 1) {
        const bit = 128 >> (cell & 7);
        if (!(differs[cell >> 3] & bit)) {
          cells[cell] = usual;
        } else if (isTold[cell >> 3] & bit) {
          cells[cell] = told[next] | (told[nTold + next] << 8) | (told[2 * nTold + next] << 16) |
            (told[3 * nTold + next] << 24);
          next += 1;
        }
      }
    }
    return new Float32Array(cells.buffer);
  }

  // Rows of the picture of all units, NaN between them.
  function tiled(content, { columns, gap, order }) {
    const { units, height, width } = content;
    const cells = cellsOf(content);
    const nRows = Math.ceil(units / columns) * (height + gap) - gap;
    const nColumns = columns * (width + gap) - gap;
    const rows = Array.from({ length: nRows }, () => new Float32Array(nColumns).fill(NaN));
    for (let place = 0; place < units; place += 1) {
      const first = (order ? order[place] : place) * height * width;
      const top = Math.floor(place / columns) * (height + gap);
      const left = (place % columns) * (width + gap);
      for (let row = 0; row < height; row += 1) {
        const start = first + row * width;
        rows[top + row].set(cells.subarray(start, start + width), left);
      }
    }
    return rows;
  }

  // Rows of an array that went as the bytes of its numbers.
  function rowsOf({ bdata, shape }) {
    const numbers = new Float32Array(bytesOf(bdata).buffer);
    const [nRows, nColumns] = shape.split(",").map(Number);
    return Array.from({ length: nRows }, (_, row) => numbers.subarray(row * nColumns, (row + 1) * nColumns));
  }

  function unpacked(trace, meta) {
    if (trace.type === "heatmap" && trace.z?.dtype === "f4") return { ...trace, z: rowsOf(trace.z) };
    if (!trace.z || !trace.z.packed) return trace;
    const clear = { ...trace, z: tiled(trace.z, meta) };
    if (trace.customdata) clear.customdata = tiled(trace.customdata, meta);
    return clear;
  }

  function drawBar(plot, trace, bar) {
    let box = plot.querySelector(".colour-bar");
    if (!bar) {
      if (box) box.remove();
      return;
    }
    const content = JSON.stringify([bar, trace.colorscale]);
    if (!box) {
      box = document.createElement("div");
      box.className = "colour-bar";
      box.ariaHidden = "true";
      plot.append(box);
    } else if (box.dataset.content === content) return;
    box.dataset.content = content;
    const colours = document.createElement("div");
    colours.className = "colours";
    colours.style.background = `linear-gradient(to top, ${trace.colorscale
      .map(([place, colour]) => `${colour} ${100 * place}%`).join(", ")})`;
    const ticks = bar.ticks.map(([place, text]) => {
      const tick = document.createElement("span");
      tick.textContent = text;
      tick.style.bottom = `${100 * place}%`;
      tick.className = place === 0 ? "tick lowest" : place === 1 ? "tick highest" : "tick";
      return tick;
    });
    const title = document.createElement("span");
    title.className = "title";
    title.textContent = bar.title;
    box.replaceChildren(colours, ...ticks, title);
  }

  // As app/figures/text.py does: Plotly reads tags, entities and places to fill in where it draws letters.
  const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll("%{", "%&#123;").replaceAll("$", "&#36;");

  // Plotly's own colour bar, for a picture that is saved.
  function withBar(trace, meta) {
    if (!meta.bar) return trace;
    const { title, ticks } = meta.bar;
    const faint = { size: 12, color: "#5b6775" };
    return { ...trace, showscale: true, colorbar: {
      thickness: 10, len: 1, outlinewidth: 0, xpad: 6, ypad: 0, tickfont: faint,
      title: { text: plain(title), side: "right", font: faint }, tickmode: "array",
      tickvals: ticks.map(([place]) => trace.zmin + place * (trace.zmax - trace.zmin)),
      ticktext: ticks.map(([, text]) => text),
    } };
  }

  function wrapped(draw) {
    return (plot, figure, ...rest) => {
      const { data, layout: sent } = Array.isArray(figure) ? { data: figure, layout: rest[0] } : figure;
      const meta = (sent && sent.meta) || {};
      const { shown, drawn: remembered } = window.lookingGlassProjector;
      const layout = shown(sent);
      const element = typeof plot === "string" ? document.getElementById(plot) : plot;
      remembered(element, [figure, ...rest]);
      const own = DRAWN_HERE[meta.kind];
      if (own) return tellDrawn(drawnHere(draw, plot, data, layout, own()));
      const clear = data && data.length
        ? [unpacked(data[0], meta), ...data.slice(1)].map(shown) : data;
      const drawn = repainted(element, clear, layout) || (Array.isArray(figure)
        ? draw(plot, clear, layout, ...rest.slice(1))
        : draw(plot, { ...figure, data: clear, layout }, ...rest));
      if (element && (meta.bar || element.querySelector(".colour-bar"))) {
        drawBar(element, clear[0], meta.bar);
      }
      return tellDrawn(drawn);
    };
  }

  // What rests under the pointer may be another number now.
  function tellDrawn(drawn) {
    drawn.then(() => document.dispatchEvent(new Event("lookingglass:drawn")), () => {});
    return drawn;
  }

  // Painted in place where only numbers have changed.
  function repainted(plot, data, layout) {
    const { repaint, remember } = window.lookingGlassRepaint;
    const isPainted = plot && layout?.meta && repaint(plot, data, layout);
    if (plot && !isPainted) remember(plot, data || [], layout);
    return isPainted ? Promise.resolve(plot) : null;
  }

  // Kinds of pictures that the page's own scripts draw faster.
  const DRAWN_HERE = { answer: () => window.lookingGlassBars, board: () => window.lookingGlassBoards };

  // Dash binds itself to a plot that Plotly has made: an empty one, once.
  function drawnHere(draw, plot, data, layout, own) {
    const isMade = "lookingGlassFigure" in plot && plot.querySelector(".plot-container");
    const empty = { meta: layout.meta, margin: layout.margin, xaxis: { visible: false },
      yaxis: { visible: false }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
    const ready = isMade ? Promise.resolve(plot)
      : draw(plot, [], empty, { displayModeBar: false });
    own.draw(plot, { data, layout });
    return ready;
  }

  let plotly;
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: () => plotly,
    set(library) {
      plotly = library;
      for (const name of ["newPlot", "react"]) plotly[name] = wrapped(plotly[name]);
      const { resize } = plotly.Plots;
      // What is drawn here follows the style sheets; laying out its empty plot anew takes 40 ms.
      plotly.Plots.resize = (plot) =>
        ("lookingGlassFigure" in plot ? Promise.resolve() : resize(plot));
    },
  });

  window.lookingGlassNumbers = { cellsOf, plain, withBar };
})();

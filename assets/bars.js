// The softmax bars, drawn with the page's own elements from the figure that the server sends:
// Plotly would measure each of their texts at every image, which takes longer than the grid.
(() => {
  "use strict";

  const element = (className, text = "") => {
    const made = document.createElement("span");
    made.className = className;
    if (text) made.textContent = text;
    return made;
  };

  // Place on the axis: 0 at its left end, 1 at its right.
  function scaleOf({ type, range: [low, high] }) {
    const position = type === "log" ? Math.log10 : Number;
    return (value) => Math.min(Math.max((position(value) - low) / (high - low), 0), 1);
  }

  function placed(bar, from, to) {
    bar.style.left = `${(100 * Math.min(from, to)).toFixed(3)}%`;
    bar.style.width = `${(100 * Math.abs(to - from)).toFixed(3)}%`;
  }

  function made(nClasses, nTicks) {
    const chart = element("bars");
    const rows = Array.from({ length: nClasses }, () => {
      const name = element("name");
      const track = element("track");
      const before = element("before");
      const bar = element("length");
      const text = element("text");
      track.append(before, bar, text);
      chart.append(name, track);
      return { name, before, bar, text };
    });
    const axis = element("track axis");
    const ticks = Array.from({ length: nTicks }, () => element("tick"));
    axis.append(...ticks);
    chart.append(element("name"), axis);
    return { chart, rows, ticks, size: `${nClasses} ${nTicks}` };
  }

  function drawInto({ rows, ticks }, { data, layout }) {
    const { xaxis, yaxis } = layout;
    const bars = data[data.length - 1];
    const before = data.length > 1 ? data[0] : null;
    const at = scaleOf(xaxis);
    const zero = xaxis.type === "log" ? 0 : at(0);
    rows.forEach((row, place) => {
      const name = yaxis.ticktext[place];
      const plain = name.replace(/^<b>(.*)<\/b>$/, "$1");
      row.name.textContent = plain;
      row.name.classList.toggle("strong", plain !== name);
      const end = at(bars.x[place]);
      placed(row.bar, zero, end);
      row.bar.style.background = bars.marker.color[place];
      row.bar.style.opacity = bars.marker.opacity ? bars.marker.opacity[place] : 1;
      row.text.textContent = bars.text[place];
      const isLeft = end < zero;
      row.text.classList.toggle("left", isLeft);
      row.text.style.left = isLeft ? "" : `${100 * Math.max(end, before ? at(before.x[place]) : 0)}%`;
      row.text.style.right = isLeft ? `${100 * (1 - Math.min(end, before ? at(before.x[place]) : 1))}%` : "";
      row.before.hidden = !before;
      if (before) {
        placed(row.before, zero, at(before.x[place]));
        row.before.style.borderColor = before.marker.line.color[place];
      }
    });
    ticks.forEach((tick, place) => {
      tick.style.left = `${100 * (xaxis.tickvals ? at(xaxis.tickvals[place]) : zero)}%`;
      tick.textContent = xaxis.tickvals ? xaxis.ticktext[place] : "0";
    });
  }

  const drawn = new WeakMap();

  window.lookingGlassBars = {
    // The figure is kept for the picture that is saved.
    draw(plot, figure) {
      const nClasses = figure.data[figure.data.length - 1].x.length;
      const nTicks = (figure.layout.xaxis.tickvals || [0]).length;
      let parts = drawn.get(plot);
      if (!parts || parts.size !== `${nClasses} ${nTicks}` || !parts.chart.isConnected) {
        if (parts) parts.chart.remove();
        parts = made(nClasses, nTicks);
        parts.chart.ariaHidden = "true";
        plot.append(parts.chart);
        drawn.set(plot, parts);
      }
      drawInto(parts, figure);
      plot.lookingGlassFigure = figure;
    },
  };
})();

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

  // Pixels of the numbers' type; on a projector it is larger.
  const perLetter = () => (document.body.classList.contains("present") ? 12.2 : 7.3);

  // From a value to its place, with room for the longest number on each side.
  function scaleOf({ type, range, tickvals }, bars, before) {
    const position = type === "log" ? Math.log10 : Number;
    const all = [...bars.x, ...(before ? before.x : [])];
    const low = type === "log" ? range[0] : Math.min(0, ...(tickvals || all));
    const high = type === "log" ? 0 : Math.max(0, ...(tickvals || all));
    const letter = perLetter();
    const room = (isOnSide) => Math.max(0, ...bars.text
      .filter((_, place) => isOnSide(bars.x[place])).map((text) => letter * text.length + 8));
    const left = room((value) => type !== "log" && value < 0);
    const right = room((value) => type === "log" || value >= 0);
    const share = (value) => Math.min(Math.max((position(value) - low) / (high - low || 1), 0), 1);
    const away = (part) => `${(100 * part).toFixed(3)}% - ${((left + right) * part).toFixed(2)}px`;
    return { share, away, at: (value) => `calc(${left}px + ${away(share(value))})`,
      atFromRight: (value) => `calc(${right}px + ${away(1 - share(value))})` };
  }

  function placed(bar, scale, from, to) {
    const [low, high] = scale.share(from) < scale.share(to) ? [from, to] : [to, from];
    bar.style.left = scale.at(low);
    bar.style.width = `calc(${scale.away(scale.share(high) - scale.share(low))})`;
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
      return { name, track, before, bar, text };
    });
    const axis = element("track axis");
    const ticks = Array.from({ length: nTicks }, () => element("tick"));
    axis.append(...ticks);
    chart.append(element("name"), axis);
    const zero = element("zero");
    rows[0].track.append(zero);
    const key = element("key", "frame: before · filled: after");
    chart.append(key);
    return { chart, rows, ticks, zero, key, size: `${nClasses} ${nTicks}` };
  }

  function drawInto({ rows, ticks, zero: line, key }, { data, layout }) {
    const { xaxis, meta } = layout;
    const bars = data[data.length - 1];
    const before = data.length > 1 ? data[0] : null;
    const scale = scaleOf(xaxis, bars, before);
    const zero = xaxis.type === "log" ? 10 ** xaxis.range[0] : 0;
    line.style.left = scale.at(zero);
    line.style.height = `${100 * rows.length}%`;
    key.hidden = !before;
    rows.forEach((row, place) => {
      row.name.textContent = row.name.title = meta.names[place];
      row.name.classList.toggle("strong", meta.strong.includes(place));
      const value = bars.x[place];
      placed(row.bar, scale, zero, value);
      row.bar.style.background = bars.marker.color[place];
      row.bar.style.opacity = bars.marker.opacity ? bars.marker.opacity[place] : 1;
      row.before.hidden = !before;
      if (before) {
        placed(row.before, scale, zero, before.x[place]);
        row.before.style.borderColor = before.marker.line.color[place];
      }
      // The number stands behind the longer of the two bars.
      const isLeft = scale.share(value) < scale.share(zero);
      const ends = before && (before.x[place] < 0) === isLeft ? [value, before.x[place]] : [value];
      row.text.textContent = bars.text[place];
      row.text.title = bars.customdata ? bars.customdata[place] : ""; // the exact number
      row.text.style.left = isLeft ? "" : scale.at(Math.max(...ends));
      row.text.style.right = isLeft ? scale.atFromRight(Math.min(...ends)) : "";
    });
    ticks.forEach((tick, place) => {
      tick.style.left = scale.at(xaxis.tickvals ? xaxis.tickvals[place] : 0);
      tick.textContent = xaxis.tickvals ? xaxis.ticktext[place] : "0";
      tick.classList.toggle("first", Boolean(xaxis.tickvals) && place === 0);
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

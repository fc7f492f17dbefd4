// From image to image a grid keeps its frame, and only its numbers change. Plotly would lay out, check and draw
// everything anew; here the numbers are painted into the picture that it has drawn, and told to it, so that
// pointing, zooming and saving find what is seen.
(() => {
  "use strict";

  const STEPS = 1024;
  const XLINK = "http://www.w3.org/1999/xlink";
  const frames = new WeakMap(); // of each plot: all but its numbers, as Plotly drew it last
  const tables = new Map(); // colours by their stops, as numbers of four bytes

  const packedColour = ([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red;
  const parts = (colour) => (colour.startsWith("#")
    ? [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16))
    : colour.match(/[\d.]+/g).slice(0, 3).map(Number));

  function colourTable(stops) {
    const key = JSON.stringify(stops);
    if (!tables.has(key)) {
      const table = new Int32Array(STEPS);
      let stop = 0;
      for (let step = 0; step < STEPS; step += 1) {
        const place = step / (STEPS - 1);
        while (stop < stops.length - 2 && place > stops[stop + 1][0]) stop += 1;
        const [[low, first], [high, second]] = [stops[stop], stops[stop + 1]];
        const share = (place - low) / (high - low);
        const [from, to] = [parts(first), parts(second)];
        table[step] = packedColour(from.map((part, i) => Math.round(part + share * (to[i] - part))));
      }
      tables.set(key, table);
    }
    return tables.get(key);
  }

  // From a value to its colour.
  function painter({ colorscale, zmin, zmax }) {
    const table = colourTable(colorscale);
    const scale = (STEPS - 1) / (zmax - zmin || 1);
    return (value) => table[Math.min(Math.max(Math.round((value - zmin) * scale), 0), STEPS - 1)];
  }

  const NUMBERS = { z: 0, customdata: 0, zmin: 0, zmax: 0 };

  function frameOf([grid, ...others], { meta, images = [], ...layout }) {
    return JSON.stringify([{ ...grid, ...NUMBERS, customdata: Boolean(grid.customdata) }, others, layout,
      meta.kind, images.map((image) => ({ ...image, source: 0 }))]);
  }

  function painted(trace) {
    const canvas = document.createElement("canvas");
    [canvas.height, canvas.width] = [trace.z.length, trace.z[0].length];
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Int32Array(image.data.buffer);
    const colourOf = painter(trace);
    trace.z.forEach((row, y) => row.forEach((value, x) => {
      if (!Number.isNaN(value)) pixels[y * canvas.width + x] = colourOf(value);
    }));
    context.putImageData(image, 0, 0);
    return canvas.toDataURL();
  }

  // Whether all that has changed could be painted.
  function repaint(plot, data, layout) {
    const picture = plot.querySelector(".heatmaplayer image");
    const drawings = plot.querySelectorAll(".layer-above .imagelayer image");
    const images = layout.images || [];
    const fits = data.length && data[0].type === "heatmap" && picture && drawings.length === images.length &&
      frames.get(plot) === frameOf(data, layout);
    if (!fits) return false;
    const { z, customdata, zmin, zmax } = data[0];
    const [first] = plot.calcdata[0];
    for (const trace of [plot.data[0], first.trace]) Object.assign(trace, { z, customdata, zmin, zmax });
    first.z = z.map((row) => Array.from(row, (value) => (Number.isNaN(value) ? undefined : value)));
    picture.setAttributeNS(XLINK, "href", painted(data[0]));
    plot.layout.meta = layout.meta;
    images.forEach(({ source }, place) => {
      for (const told of [plot.layout, plot._fullLayout]) told.images[place].source = source;
      drawings[place]._imgSrc = source;
      drawings[place].setAttributeNS(XLINK, "href", source);
    });
    return true;
  }

  // Of a figure that Plotly draws. More than its cells is a grid in which lines part them, and one with Plotly's
  // own colour bar: its marks depend on the numbers.
  function remember(plot, data, layout) {
    const isPlain = ([grid]) => grid?.type === "heatmap" && !grid.xgap && grid.showscale === false;
    if (isPlain(data) && layout?.meta) frames.set(plot, frameOf(data, layout));
    else frames.delete(plot);
  }

  window.lookingGlassRepaint = { painter, packedColour, repaint, remember };
})();

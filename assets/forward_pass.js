// A network's answer without a server, so that it can follow a pen. The server's answer remains the
// reference: this is the same sum in another order, equal to about five digits.
//
// forwardPass.open(description, buffer) takes what cnn_core.drawing.browser_weights gives: a
// description (JSON) and an ArrayBuffer of float32. forwardPass.run(network, light) takes light in
// 0…1, row by row, the channels of a pixel together, and gives the logits, the probabilities and the
// values of every layer in the same order.
(() => {
  "use strict";

  const size = (shape) => shape.reduce((product, n) => product * n, 1);

  function open(description, buffer) {
    const numbers = littleEndian(buffer);
    let at = 0;
    const take = (n) => {
      if (at + n > numbers.length) throw new Error("the weights end before the last layer");
      at += n;
      return numbers.subarray(at - n, at);
    };
    let shape = description.input.shape;
    const layers = description.layers.map((layer) => {
      const opened = { ...layer, from: shape };
      const nOut = layer.shape[layer.shape.length - 1];
      if (layer.kind === "conv") {
        opened.weights = take(layer.kernel[0] * layer.kernel[1] * shape[2] * nOut);
      }
      if (layer.kind === "dense") opened.weights = take(size(shape) * nOut);
      if (opened.weights) opened.bias = take(nOut);
      shape = layer.shape;
      return opened;
    });
    if (at !== numbers.length) throw new Error("there are more weights than the layers have");
    return { ...description, layers };
  }

  function littleEndian(buffer) {
    if (new Uint8Array(new Uint32Array([1]).buffer)[0] === 1) return new Float32Array(buffer);
    const view = new DataView(buffer);
    return Float32Array.from({ length: buffer.byteLength / 4 }, (_, n) => view.getFloat32(4 * n, true));
  }

  function run(network, light) {
    const { shape, scale, offset } = network.input;
    if (light.length !== size(shape)) throw new Error(`the network takes ${shape.join(" × ")} values`);
    let values = Float32Array.from(light, (value) => value * scale + offset);
    const layers = {};
    let logits = null;
    for (const layer of network.layers) {
      values = STEPS[layer.kind](layer, values);
      if (layer.activation === "relu") values = values.map((value) => (value > 0 ? value : 0));
      if (layer.activation === "softmax" && logits === null) values = softmax(values);
      layers[layer.name] = values;
      if (layer.name === network.logits) {
        logits = values;
        break;
      }
    }
    return { logits, probabilities: softmax(logits), layers };
  }

  const STEPS = { conv, pool, dense, copy: (_, values) => values, activation: (_, values) => values };

  function dense(layer, values) {
    const sums = Float32Array.from(layer.bias);
    for (let i = 0; i < values.length; i += 1) {
      if (values[i] !== 0) add(sums, 0, values[i], layer.weights, i * sums.length, sums.length);
    }
    return sums;
  }

  function conv(layer, values) {
    const nOut = layer.shape[2];
    const nIn = layer.from[2];
    const sums = new Float32Array(size(layer.shape));
    for (let start = 0; start < sums.length; start += nOut) sums.set(layer.bias, start);
    overWindows(layer, (out, place, tap) => {
      for (let i = 0; i < nIn; i += 1) {
        const value = values[place * nIn + i];
        // Behind a ReLU and on empty paper most values are 0.
        if (value !== 0) add(sums, out * nOut, value, layer.weights, (tap * nIn + i) * nOut, nOut);
      }
    });
    return sums;
  }

  function pool(layer, values) {
    const n = layer.shape[2];
    const largest = new Float32Array(size(layer.shape)).fill(-Infinity);
    overWindows(layer, (out, place) => {
      for (let i = 0; i < n; i += 1) {
        const value = values[place * n + i];
        if (value > largest[out * n + i]) largest[out * n + i] = value;
      }
    });
    return largest;
  }

  function add(sums, start, value, weights, from, n) {
    for (let o = 0; o < n; o += 1) sums[start + o] += value * weights[from + o];
  }

  // Calls back with the place of an output cell, of an input cell that its window covers, and of the
  // tap that covers it. Cells outside are padding: zeros to a sum, nothing to a largest value.
  function overWindows(layer, visit) {
    const [rows, columns] = layer.shape;
    const [height, width] = layer.from;
    const [kernelRows, kernelColumns] = layer.kernel;
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        for (let i = 0; i < kernelRows; i += 1) {
          const y = row * layer.stride[0] - layer.padding[0] + i * layer.dilation[0];
          if (y < 0 || y >= height) continue;
          for (let j = 0; j < kernelColumns; j += 1) {
            const x = column * layer.stride[1] - layer.padding[2] + j * layer.dilation[1];
            if (x < 0 || x >= width) continue;
            visit(row * columns + column, y * width + x, i * kernelColumns + j);
          }
        }
      }
    }
  }

  function softmax(logits) {
    const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const raised = Array.from(logits, (value) => Math.exp(value - largest));
    const total = raised.reduce((a, b) => a + b, 0);
    return Float32Array.from(raised, (value) => value / total);
  }

  const forwardPass = { open, run };
  if (typeof module === "object") module.exports = forwardPass;
  else window.forwardPass = forwardPass;
})();

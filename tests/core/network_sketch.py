"""Small networks written down layer by layer, for tests of receptive fields."""

import numpy as np

from cnn_core.network.layers import LayerInfo, LayerKind, Window
from cnn_core.space.receptive_fields import ReceptiveFields


class Sketch:
    """A network written down layer by layer, with what every cell really depends on.

    ``depends[name]`` is bool (*shape, H, W): found by padding, slicing and joining the masks of
    the layer before, without any formula for receptive fields.
    """

    def __init__(self, input_shape):
        height, width, channels = self.input_shape = input_shape
        pixels = np.eye(height * width, dtype=bool).reshape(height, width, 1, height, width)
        self.depends = {"": np.repeat(pixels, channels, axis=2)}
        self.layers = []

    @property
    def last(self):
        return self.layers[-1].name if self.layers else ""

    @property
    def fields(self):
        return ReceptiveFields.of(self.layers, self.input_shape)

    def grid(self, name):
        return self.depends[name].shape[:-2][:2]

    def add(self, kind, depends, *sources, window=None, class_name="", activation="linear"):
        name = f"layer_{len(self.layers)}"
        if activation == "softmax":
            depends = np.broadcast_to(depends.any(axis=-3, keepdims=True), depends.shape)
        self.depends[name] = depends
        self.layers.append(
            LayerInfo(
                name,
                kind,
                class_name,
                depends.shape[:-2],
                activation=activation,
                inputs=sources or (self.last,),
                window=window,
            )
        )
        return name

    def window(self, kind, window, units=None, source=None, class_name=""):
        source = self.last if source is None else source
        top, bottom, left, right = window.padding
        padded = np.pad(self.depends[source], ((top, bottom), (left, right), *[(0, 0)] * 3))
        reach, stride, dilation = window.extent, window.stride, window.dilation
        high, wide = (1 + (padded.shape[axis] - reach[axis]) // stride[axis] for axis in (0, 1))
        result = np.zeros((high, wide, *padded.shape[2:]), bool)
        for row, column in np.ndindex(high, wide):
            y, x = row * stride[0], column * stride[1]
            patch = padded[y : y + reach[0] : dilation[0], x : x + reach[1] : dilation[1]]
            result[row, column] = patch.any(axis=(0, 1))
        if kind is LayerKind.CONV:
            result = np.repeat(result.any(axis=2, keepdims=True), units, axis=2)
        elif kind is LayerKind.DEPTHWISE_CONV:
            result = np.repeat(result, units // result.shape[2], axis=2)
        return self.add(kind, result, source, window=window, class_name=class_name)

    def conv(self, units, kernel, stride=(1, 1), padding="valid", dilation=(1, 1), source=None):
        grid = self.grid(self.last if source is None else source)
        window = Window.over(grid, kernel, stride, dilation, padding)
        return self.window(LayerKind.CONV, window, units, source)

    def pool(self, kernel, stride=None, padding="valid"):
        window = Window.over(self.grid(self.last), kernel, stride or kernel, padding=padding)
        return self.window(LayerKind.POOLING, window)

    def unchanged(self, kind, activation="linear"):
        return self.add(kind, self.depends[self.last], activation=activation)

    def global_pool(self, source=None, keep=False):
        source = self.last if source is None else source
        depends = self.depends[source].any(axis=(0, 1), keepdims=keep)
        return self.add(LayerKind.GLOBAL_POOLING, depends, source)

    def reshape(self, shape=None):
        depends = self.depends[self.last]
        kind = LayerKind.OTHER if shape else LayerKind.FLATTEN
        depends = depends.reshape(*(shape or (-1,)), *depends.shape[-2:])
        return self.add(kind, depends, class_name="Reshape" if shape else "Flatten")

    def dense(self, units, activation="linear"):
        depends = self.depends[self.last].any(axis=-3, keepdims=True)
        return self.add(LayerKind.DENSE, np.repeat(depends, units, axis=-3), activation=activation)

    def sum_of(self, *sources):
        merged = self.depends[sources[0]]
        for name in sources[1:]:
            merged = merged | self.depends[name]
        return self.add(LayerKind.MERGE, merged, *sources, class_name="Add")

    def concatenation(self, *sources):
        merged = np.concatenate([self.depends[name] for name in sources], axis=-3)
        return self.add(LayerKind.MERGE, merged, *sources, class_name="Concatenate")

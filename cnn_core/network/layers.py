"""What the core knows about a network's layers, told without TensorFlow."""

from dataclasses import dataclass
from enum import Enum
from math import prod
from typing import Literal

from cnn_core.errors import ModelError


class LayerKind(Enum):
    """What a layer does, read from its Keras class and never from its name."""

    CONV = "convolution"
    DEPTHWISE_CONV = "depthwise convolution"
    POOLING = "pooling"
    GLOBAL_POOLING = "global pooling"
    DENSE = "dense"
    FLATTEN = "flatten"
    ACTIVATION = "activation"
    BATCH_NORM = "batch normalisation"
    DROPOUT = "dropout"
    AUGMENTATION = "augmentation"
    MERGE = "merge"
    OTHER = "other"


@dataclass(frozen=True)
class Window:
    """The window that a convolution or pooling layer slides over its input.

    Output cell (r, c) reads the input rows ``r * stride - top + i * dilation`` for i in
    0 .. kernel - 1, and columns likewise; rows and columns outside the input are padding.

    Attributes
    ----------
    kernel
        Height and width of the window in taps, each at least 1.
    stride
        Steps down and to the right, each at least 1.
    padding
        Cells added (top, bottom, left, right), each at least 0.
    dilation
        Distance of neighbouring taps down and to the right, each at least 1.

    Raises
    ------
    ModelError
        When a number is out of its range.
    """

    kernel: tuple[int, int]
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        for field, length, least in (
            ("kernel", 2, 1),
            ("stride", 2, 1),
            ("padding", 4, 0),
            ("dilation", 2, 1),
        ):
            numbers = tuple(int(number) for number in getattr(self, field))
            if len(numbers) != length or min(numbers) < least:
                raise ModelError(
                    f"window {field} {numbers}: {length} whole numbers of at least {least} "
                    "are accepted"
                )
            object.__setattr__(self, field, numbers)

    @classmethod
    def over(
        cls,
        grid: tuple[int, int],
        kernel: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        dilation: tuple[int, int] = (1, 1),
        padding: Literal["valid", "same"] = "valid",
    ) -> "Window":
        """Window over a grid of rows and columns, Keras' word for the padding turned into cells.

        "same" makes ceil(rows / stride) output rows and puts the odd cell of padding at the bottom
        and the right, as TensorFlow does.
        """
        if padding not in ("valid", "same"):
            raise ModelError(f'padding "{padding}" of a window: "valid" and "same" are accepted')
        cells: list[int] = []
        for size, taps, step, gap in zip(grid, kernel, stride, dilation, strict=True):
            reach = (taps - 1) * gap + 1
            missing = max((-(-size // step) - 1) * step + reach - size, 0)
            total = missing if padding == "same" else 0
            cells += [total // 2, total - total // 2]
        top, bottom, left, right = cells
        return cls(kernel, stride, (top, bottom, left, right), dilation)

    @property
    def extent(self) -> tuple[int, int]:
        """Rows and columns from the first tap to the last, both included."""
        rows, columns = (
            (taps - 1) * gap + 1 for taps, gap in zip(self.kernel, self.dilation, strict=True)
        )
        return rows, columns

    def output_grid(self, grid: tuple[int, int]) -> tuple[int, int]:
        """Rows and columns of the output over an input of `grid` rows and columns."""
        added = (sum(self.padding[:2]), sum(self.padding[2:]))
        rows, columns = (
            (size + more - reach) // step + 1
            for size, more, reach, step in zip(grid, added, self.extent, self.stride, strict=True)
        )
        return rows, columns


@dataclass(frozen=True)
class LayerInfo:
    """One layer of a network, by its saved name.

    Attributes
    ----------
    name
        As saved.
    class_name
        Its Keras class, for example "Conv2D".
    shape
        Output of one image: (height, width, units) of a spatial layer, else (units,).
    n_parameters
        Its weights and biases, the ones that training leaves alone included.
    activation
        Name of its non-linearity, "linear" if it has none.
    inputs
        Names of the layers that feed it; "" is the network's input.
    window
        Of convolutions and pooling, else None.

    Raises
    ------
    ModelError
        When the shape is neither of the two.
    """

    name: str
    kind: LayerKind
    class_name: str
    shape: tuple[int, ...]
    n_parameters: int = 0
    activation: str = "linear"
    inputs: tuple[str, ...] = ("",)
    window: Window | None = None

    def __post_init__(self) -> None:
        shape = self.shape
        if len(shape) not in (1, 3) or any(size is None or size < 1 for size in shape):
            raise ModelError(
                f'layer "{self.name}" ({self.class_name}) puts out the shape {tuple(shape)}: '
                "(height, width, units) and (units,) with fixed sizes are accepted"
            )
        object.__setattr__(self, "shape", tuple(int(size) for size in shape))
        object.__setattr__(self, "inputs", tuple(self.inputs))

    @property
    def is_spatial(self) -> bool:
        """True if the layer puts out maps, False if it puts out one number a unit."""
        return len(self.shape) == 3

    @property
    def n_units(self) -> int:
        """Number of maps or nodes."""
        return self.shape[-1]

    @property
    def n_cells(self) -> int:
        """Number of values that the layer puts out for one image."""
        return prod(self.shape)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of one unit, (1, 1) for a node."""
        return (self.shape[0], self.shape[1]) if self.is_spatial else (1, 1)


class Adds(Enum):
    """How a layer adds to a margin without being a term of it."""

    BIAS = "what it adds to its units whatever comes in, times the slope behind it"
    BESIDE = "its values, on a path that leads past the opened layer"
    OFFSET = "where the straight pieces of its non-linearity start, times the slope behind it"


@dataclass(frozen=True)
class ConstantSource:
    """A layer that adds to the constant of a margin; "" stands for the pixels."""

    layer: str
    adds: Adds

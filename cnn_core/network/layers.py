"""What the core knows about a network's layers, told without TensorFlow."""

from dataclasses import dataclass
from enum import Enum
from math import prod

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
    MERGE = "merge"
    OTHER = "other"


@dataclass(frozen=True)
class Window:
    """The window that a convolution or pooling layer slides over its input.

    Output cell (r, c) reads the input rows ``r * stride - top + i * dilation`` for i in
    0 .. kernel - 1, and columns likewise; rows and columns outside the input are padding.

    Attributes
    ----------
    kernel : tuple of int
        Height and width of the window in taps, each at least 1.
    stride : tuple of int
        Steps down and to the right, each at least 1.
    padding : tuple of int
        Cells added (top, bottom, left, right), each at least 0.
    dilation : tuple of int
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

    def __post_init__(self):
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
    def over(cls, grid, kernel, stride=(1, 1), dilation=(1, 1), padding="valid"):
        """Window with Keras' word for the padding turned into cells.

        Parameters
        ----------
        grid : tuple of int
            Rows and columns of the layer's input.
        kernel, stride, dilation : tuple of int
            As in the attributes.
        padding : {"valid", "same"}
            "same" makes ceil(rows / stride) output rows and puts the odd cell of padding at the
            bottom and the right, as TensorFlow does.

        Returns
        -------
        Window
        """
        if padding not in ("valid", "same"):
            raise ModelError(f'padding "{padding}" of a window: "valid" and "same" are accepted')
        cells = []
        for size, taps, step, gap in zip(grid, kernel, stride, dilation, strict=True):
            reach = (taps - 1) * gap + 1
            missing = max((-(-size // step) - 1) * step + reach - size, 0)
            total = missing if padding == "same" else 0
            cells += [total // 2, total - total // 2]
        return cls(kernel=kernel, stride=stride, padding=tuple(cells), dilation=dilation)

    @property
    def extent(self):
        """Rows and columns from the first tap to the last, both included."""
        return tuple(
            (taps - 1) * gap + 1 for taps, gap in zip(self.kernel, self.dilation, strict=True)
        )

    def output_grid(self, grid):
        """Rows and columns of the output over an input of `grid` rows and columns."""
        added = (sum(self.padding[:2]), sum(self.padding[2:]))
        return tuple(
            (size + more - reach) // step + 1
            for size, more, reach, step in zip(grid, added, self.extent, self.stride, strict=True)
        )


@dataclass(frozen=True)
class LayerInfo:
    """One layer of a network, by its saved name.

    Attributes
    ----------
    name : str
        The layer's name in the saved network.
    kind : LayerKind
        What it does.
    class_name : str
        Its Keras class, for example "Conv2D".
    shape : tuple of int
        Output of one image: (height, width, units) of a spatial layer, else (units,).
    n_parameters : int
        Its weights and biases, the ones that training leaves alone included.
    activation : str
        Name of its non-linearity, "linear" if it has none.
    inputs : tuple of str
        Names of the layers that feed it; "" is the network's input.
    window : Window or None
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

    def __post_init__(self):
        shape = self.shape
        if len(shape) not in (1, 3) or any(size is None or size < 1 for size in shape):
            raise ModelError(
                f'layer "{self.name}" ({self.class_name}) puts out the shape {tuple(shape)}: '
                "(height, width, units) and (units,) with fixed sizes are accepted"
            )
        object.__setattr__(self, "shape", tuple(int(size) for size in shape))
        object.__setattr__(self, "inputs", tuple(self.inputs))

    @property
    def is_spatial(self):
        """True if the layer puts out maps, False if it puts out one number a unit."""
        return len(self.shape) == 3

    @property
    def n_units(self):
        """Number of maps or nodes."""
        return self.shape[-1]

    @property
    def n_cells(self):
        """Number of values that the layer puts out for one image."""
        return prod(self.shape)

    @property
    def grid(self):
        """Rows and columns of one unit, (1, 1) for a node."""
        return self.shape[:2] if self.is_spatial else (1, 1)

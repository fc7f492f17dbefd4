"""What the Draw page tells of the drawing: the network's answer, and one of its layers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.explorer import Explorer
from app.frame.page import View
from app.pages.draw.state import DrawSelection
from cnn_core.network.activations import Activations
from cnn_core.network.layers import LayerInfo


@dataclass(frozen=True, eq=False, kw_only=True)
class DrawView(View):
    """Everything that is drawn for one selection.

    Attributes
    ----------
    activations
        Of the drawing, None while the pad is empty.
    """

    selection: DrawSelection
    layer: LayerInfo
    activations: Activations | None

    @property
    def known(self) -> Activations:
        """Activations, where something is drawn."""
        assert self.activations is not None
        return self.activations

    @property
    def logits(self) -> NDArray[np.float32]:
        """Of the drawing."""
        return self.known.logits[0]

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """Of the drawing."""
        return self.known.probabilities[0]

    @property
    def prediction(self) -> int:
        """Of the drawing."""
        return int(self.logits.argmax())


def look(explorer: Explorer, selection: DrawSelection) -> DrawView:
    """Look at the drawing, if there is one."""
    layer = explorer.network(selection.model).layer(selection.layer)
    subject = selection.subject
    activations = explorer.activations(selection.model, subject) if subject.is_own else None
    return DrawView(explorer=explorer, selection=selection, layer=layer, activations=activations)

"""Passes through a laid-out graph, compiled once for each set of layers."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from cnn_core.network.backend import tf
from cnn_core.network.graph.wiring import Wiring

_MOST_KEPT = 12
# The compiled pass, and the layers whose pre-activations it gives.
_Pass = tuple[Callable[..., list[Any]], tuple[str, ...]]


class CompiledPasses:
    """The passes that were asked for last; may be used by several threads at once."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[tuple[str, ...], bool], _Pass] = OrderedDict()
        self._alone: OrderedDict[str, Callable[[Any], Any]] = OrderedDict()

    def alone(self, name: str) -> Callable[[Any], Any]:
        """The pass that gives the values of one layer and computes nothing that lies behind it."""
        with self._lock:
            if name not in self._alone:
                self._alone[name] = self._compile_alone(name)
                while len(self._alone) > _MOST_KEPT:
                    self._alone.popitem(last=False)
            self._alone.move_to_end(name)
            return self._alone[name]

    def _compile_alone(self, name: str) -> Callable[[Any], Any]:
        needed = self._wiring.leading_to((name,))
        signature = [tf.TensorSpec((None, *self._wiring.input_shape), tf.float32)]

        def run(images: Any) -> Any:
            return self._wiring.compute({"": images}, needed)[1][name]

        made: Callable[[Any], Any] = tf.function(run, input_signature=signature, autograph=False)
        return made

    def over(self, names: tuple[str, ...], takes_weights: bool) -> _Pass:
        """The pass that gives the logits and the values of these layers.

        It is called with images as they are given, and with `takes_weights` with a tensor for each
        array of `Wiring.weights` too; it gives the logits, the values of the layers, and those
        before their non-linearity for the layers that are named second.
        """
        key = names, takes_weights
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            else:
                self._kept[key] = self._compile(names, takes_weights)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            return self._kept[key]

    def _compile(self, names: tuple[str, ...], takes_weights: bool) -> _Pass:
        wiring = self._wiring
        needed = wiring.leading_to((*names, wiring.logits_name))
        pre_names = tuple(name for name in names if wiring.steps[name].has_pre_activation)
        signature = [tf.TensorSpec((None, *wiring.input_shape), tf.float32)]
        if takes_weights:
            signature += [tf.TensorSpec(held[0].shape, held[0].dtype) for held in wiring.weights]

        def run(images: Any, *weights: Any) -> list[Any]:
            with wiring.under(weights) if takes_weights else nullcontext():
                before, after = wiring.compute({"": images}, needed)
            return [
                wiring.logits_of(before[wiring.logits_name]),
                *(after[name] for name in names),
                *(before[name] for name in pre_names),
            ]

        # Without AutoGraph, which would read and rewrite Keras' own code: there is no branch on a
        # tensor here, and the first pass takes a tenth of the time.
        return tf.function(run, input_signature=signature, autograph=False), pre_names

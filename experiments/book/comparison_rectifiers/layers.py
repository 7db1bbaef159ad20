"""Dead units, activations and gradients inside a net, layer by layer."""

import dataclasses

import numpy as np

from experiments.book import by_layer
from experiments.book.comparison_rectifiers.quantities import looked_at


@dataclasses.dataclass(frozen=True)
class ByLayer(by_layer.ByLayer):
    """A measure of the convolutions when it was first taken and when it was last: geometric or plain mean of the seeds.

    Attributes:
        measure: a quantity of `engine.Probe`.
        chosen: the contenders that are drawn, so that lines can be told apart.
    """

    chosen: tuple = ()

    def variants(self):
        return self.chosen

    def drawn(self, evidence):
        return {name: name for name in self.chosen}

    def looked(self, history, when):
        found = looked_at(history, self.measure)
        return found[0 if when == "start" else -1] if found else None

    def mean(self, runs):
        if self.measure == "gradient_norm":
            return 10 ** np.mean(np.log10(np.maximum(runs, 1e-300)), axis=0)
        return (100 if self.measure == "dead_units" else 1) * np.mean(runs, axis=0)

    def scale(self, panel):
        if self.measure == "gradient_norm":
            panel.set_yscale("log")

"""Gradients and saturation inside a net, layer by layer."""

import dataclasses

import numpy as np

from experiments.book import by_layer
from experiments.book.comparison_sigmoidals.quantities import looked_at

ENDING = "_normalised"


@dataclasses.dataclass(frozen=True)
class ByLayer(by_layer.ByLayer):
    """A measure of the hidden layers at the start and at the end: geometric or plain mean of the seeds.

    The nets with the normalised initialisation alone are drawn, so that lines can be told apart; the others are in the
    table of results.

    Attributes:
        measure: `error`, the gradient that comes back to a layer, by that of the last one; or `saturated`.
    """

    def drawn(self, evidence):
        return {v.removesuffix(ENDING): v for v in evidence.experiment.variants if v.endswith(ENDING)}

    def looked(self, history, when):
        return looked_at(history, f"{self.measure}_{when}")

    def mean(self, runs):
        if self.measure == "saturated":
            return 100 * np.mean(runs, axis=0)
        logs = [np.log10(np.maximum(run, 1e-300) / max(run[-1], 1e-300)) for run in runs]
        return 10 ** np.mean(logs, axis=0)

    def scale(self, panel):
        if self.measure == "error":
            panel.set_yscale("log")
        else:
            panel.set_ylim(-2, 102)

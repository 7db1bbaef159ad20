"""Probes: what a paper wants to see inside the network while it trains, layer by layer."""

import dataclasses
import math
import re

import keras
import numpy as np

from experiments.errors import Diverged, UsageError, unknown
from experiments.seeds import permutation

EXAMPLES = 500
BATCH = 100
OF_ACTIVATIONS = ("activation_mean", "activation_variance", "zeros", "dead_units")
QUANTITIES = (*OF_ACTIVATIONS, "gradient_norm", "weight_norm")


@dataclasses.dataclass(frozen=True)
class Probe:
    """One quantity of some layers, measured after an epoch on the same examples every time, without randomness.

    Attributes:
        quantity: `activation_mean`, `activation_variance`: over examples and units of the layer's
            output; `zeros`: share of outputs that are 0 exactly; `dead_units`: share of units (of
            channels, where there are positions) that no example makes positive; `gradient_norm`:
            Euclidean norm of the objective's gradient with respect to the layer's weights;
            `weight_norm`: of the weights themselves.
        layers: a regular expression; layers of the model whose names it finds. Default: all.
        every: epochs between two measurements.
    """

    quantity: str
    layers: str = ""
    every: int = 1


class Meter:
    """Measures the probes of one run.

    Args:
        model: a functional or sequential model.
        arrays: the run's `Arrays`; the examples are a fixed choice from its training set.
        probes: `Probe`s.
        inputs: the run's `Inputs`.

    Raises:
        UsageError: an unknown quantity, no layer found, a measurement every 0 epochs.
    """

    def __init__(self, model, arrays, probes, inputs):
        self.probes, self.layers = tuple(probes), {}
        for probe in self.probes:
            if probe.quantity not in QUANTITIES:
                raise unknown("probe", probe.quantity, QUANTITIES)
            if probe.every < 1:
                raise UsageError(f"Received: a probe every {probe.every} epochs. Expected at least 1.")
            has = _outputs if probe.quantity in OF_ACTIVATIONS else _weights
            self.layers[probe] = [x for x in model.layers if re.search(probe.layers, x.name) and has(x)]
            if not self.layers[probe]:
                names = ", ".join(layer.name for layer in model.layers)
                raise UsageError(f"Received: {probe}. Expected an expression found in one of the layers {names}.")
        self.model = model
        chosen = np.sort(permutation(0, 0, len(arrays.x))[:EXAMPLES])
        self.batches = [(arrays.x[rows], arrays.y[rows]) for rows in np.split(chosen, range(BATCH, len(chosen), BATCH))]
        self.inputs = inputs

    def measure(self, loop, epoch):
        """`{quantity: {layer: value}}` of the probes that are due."""
        due = [probe for probe in self.probes if epoch % probe.every == 0]
        found = {probe.quantity: {} for probe in due}
        seen = {x.name: x for p in due if p.quantity in OF_ACTIVATIONS for x in self.layers[p]}
        activations = self._activations(list(seen.values())) if seen else {}
        gradients = self._gradients(loop) if "gradient_norm" in found else None
        for probe in due:
            for layer in self.layers[probe]:
                if probe.quantity in OF_ACTIVATIONS:
                    value = activations[layer.name].value(probe.quantity)
                elif probe.quantity == "gradient_norm":
                    value = _norm(gradients[id(v)] for v in _weights(layer))
                else:
                    value = _norm(v.numpy() for v in _weights(layer))
                if not math.isfinite(value):
                    raise Diverged(epoch, f"{probe.quantity} of {layer.name}", value)
                found[probe.quantity][layer.name] = float(value)
        return found

    def _activations(self, layers):
        watched = keras.Model(self.model.inputs, {layer.name: layer.output for layer in layers})
        found = {layer.name: _Activations() for layer in layers}
        for x, _ in self.batches:
            outputs = watched(self.inputs.evaluation(keras.ops.convert_to_tensor(x)), training=False)
            for name, output in outputs.items():
                found[name].add(keras.ops.convert_to_numpy(output).astype("float64"))
        return found

    def _gradients(self, loop):
        n = sum(len(y) for _, y in self.batches)
        parts = [[len(y) / n * np.asarray(g, "float64") for g in loop.gradients(x, y)] for x, y in self.batches]
        sums = [sum(part) for part in zip(*parts, strict=True)]
        return {id(v): g for v, g in zip(self.model.trainable_variables, sums, strict=True)}


class _Activations:
    """Sums over the batches of one layer's output, in float64."""

    def __init__(self):
        self.n, self.zeros, self.mean, self.squares, self.alive = 0, 0, 0.0, 0.0, False

    def add(self, a):
        # The means of both parts and the sums of squares about them (Chan, Golub and LeVeque, 1979).
        n, mean = self.n + a.size, a.mean()
        self.squares += ((a - mean) ** 2).sum() + (mean - self.mean) ** 2 * self.n * a.size / n
        self.mean += (mean - self.mean) * a.size / n
        self.n, self.zeros = n, self.zeros + np.sum(a == 0)
        self.alive = self.alive | (a > 0).any(axis=tuple(range(a.ndim - 1)))

    def value(self, quantity):
        if quantity == "activation_mean":
            return self.mean
        if quantity == "activation_variance":
            return self.squares / self.n
        return self.zeros / self.n if quantity == "zeros" else 1 - np.mean(self.alive)


def _outputs(layer):
    return not isinstance(layer, keras.layers.InputLayer)


def _weights(layer):
    return layer.trainable_variables


def _norm(arrays):
    return math.sqrt(sum(float((np.asarray(a, "float64") ** 2).sum()) for a in arrays))

"""The nets of Lu et al. (2019): counting those that are born dead, and training on small problems."""

import math
import time

import numpy as np
from keras import ops

from custom.optimizers import Adam
from experiments import engine
from experiments.networks import ensemble_network, ensemble_weights
from experiments.networks.ensembles import EnsembleDense
from experiments.recipes.ensemble import ensemble, is_constant, squared_error, summed
from experiments.seeds import derive

WIDTHS = (2, 3, 4, 5, 10)
BORN = {f"width_{width}": ("he_normal", width) for width in WIDTHS} | {"rai_width_2": ("randomized_asymmetric", 2)}
TRAINED = {"he": "he_normal", "rai": "randomized_asymmetric"}
CHUNK = 20_000  # nets at a time


def bound(width, layers):
    """Return an upper bound of the born-dead probability: that one input is lost in one of the hidden layers."""
    return 1 - (1 - 2.0**-width) ** (layers - 1)


def count(job):
    """Return the count of nets that are constant at the start, a row for each number of affine layers."""
    s, (_, width) = job.settings, job.variant
    parameters = 2 * width + (s.epochs - 2) * width * (width + 1) + width + 1
    return engine.Computation(_counted(job), {"parameters": parameters, "compiler": "NumPy"})


def _counted(job):
    """Yield the rows of the count.

    A net is constant on the domain when a hidden layer is 0 on all of it. Without biases a layer is a
    multiple of x on either side of 0, so that the two ends of the domain decide exactly; with biases a
    grid is used, which may overlook a unit that is active between two of its points only.
    """
    s, (rule, width) = job.settings, job.variant
    ends, grid = np.array([-1.0, 1.0]), np.linspace(-1, 1, s.grid)
    points = math.sqrt(3) * (ends if rule == "he_normal" else grid)
    dead, began = np.zeros(s.epochs + 1, "int64"), time.perf_counter()
    for start in range(0, s.nets, CHUNK):
        nets = min(CHUNK, s.nets - start)
        x, inputs, gone = np.broadcast_to(points[:, None], (nets, len(points), 1)), 1, np.zeros(nets, bool)
        for layer in range(1, s.epochs):
            drawn = ensemble_weights(rule, derive(job.seed, rule, width, start, layer), inputs, nets * width)
            kernel, bias = (np.asarray(ops.convert_to_numpy(w), "float64") for w in drawn)
            kernel = kernel.reshape(inputs, nets, width).swapaxes(0, 1)
            x = np.maximum(x @ kernel + bias.reshape(nets, 1, width), 0)
            gone |= ~x.any(axis=(1, 2))
            dead[layer + 1] += gone.sum()
            inputs = width
    seconds = round((time.perf_counter() - began) / s.epochs, 3)
    for layers in range(1, s.epochs + 1):
        yield {"epoch": layers, "seconds": seconds, "dead": int(dead[layers]), "nets": s.nets}


def is_dead(model, x):
    """Tell of each net whether a hidden layer is 0 on all points `(1, points, inputs)`, which nothing then changes.

    Outputs that are equal do not tell: a signal that is small beside the biases is lost in float32, and the net still
    has gradients.
    """
    gone = False
    for layer in model.layers:
        if isinstance(layer, EnsembleDense) and layer.name != "outputs":
            x = layer(x)
            gone = gone | ~ops.convert_to_numpy(x).any(axis=(0, 1, 3))
    return gone


def train(job):
    """Fit the target with all nets at once; count those that end up constant, and whether a dead one comes alive."""
    s, data = job.settings, job.dataset
    (inputs,), (targets,) = data.x_train.shape[1:], data.y_train.shape[1:]
    shape = dict(nets=s.nets, inputs=inputs, hidden=[s.width] * (s.layers - 1), outputs=targets)
    model = ensemble_network(**shape, seed=job.seed, initializer=job.variant)
    everything = data.x_train[None], data.y_train[None]
    born = is_dead(model, everything[0])

    def revived(y, found):
        return ops.logical_and(born, ops.logical_not(is_constant(y, found)))

    task = summed(squared_error, {"collapsed": is_constant, "revived": revived})
    x, y, counts = data.x_train[:, None], data.y_train[:, None], [("born_dead", int(born.sum()))]

    def final(model):
        return {"dead": int(is_dead(model, everything[0]).sum())}

    return ensemble(job, model, Adam(s.learning_rate), task, x, y, everything, s.nets, counts, final)

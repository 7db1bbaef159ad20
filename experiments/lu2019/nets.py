"""The nets of Lu et al. (2019): counting those that are born dead, and training on small problems."""

import math
import time

import numpy as np
from keras import ops

from custom.optimizers import Adam
from experiments.harness import ensembles
from experiments.harness.seeds import derive
from experiments.networks import ensemble_network, ensemble_weights

WIDTHS = (2, 3, 4, 5, 10)
BORN = {f"width_{width}": ("he_normal", width) for width in WIDTHS} | {"rai_width_2": ("randomized_asymmetric", 2)}
TRAINED = {"he": "he_normal", "rai": "randomized_asymmetric"}
CHUNK = 20_000  # nets at a time


def bound(width, layers):
    """An upper bound of the born-dead probability: that one input is lost in one of the hidden layers."""
    return 1 - (1 - 2.0**-width) ** (layers - 1)


# fmt: off
def count(job):
    """Nets that are constant at the start, a row for each number of affine layers.

    A net is constant on the domain when a hidden layer is 0 on all of it. Without biases a layer is a
    multiple of x on either side of 0, so that the two ends of the domain decide exactly; with biases a
    grid is used, which may overlook a unit that is active between two of its points only.
    """
    s, (rule, width) = job.settings, job.variant
    ends, grid = np.array([-1.0, 1.0]), np.linspace(-1, 1, s.grid)
    points = math.sqrt(3) * (ends if rule == "he_normal" else grid)
    job.facts |= {"parameters": 2 * width + (s.epochs - 2) * width * (width + 1) + width + 1, "compiler": "NumPy"}
    dead, began = np.zeros(s.epochs + 1, "int64"), time.perf_counter()
    for start in range(0, s.nets, CHUNK):
        nets = min(CHUNK, s.nets - start)
        x, inputs, gone = np.broadcast_to(points[:, None], (nets, len(points), 1)), 1, np.zeros(nets, bool)
        for layer in range(1, s.epochs):
            seed = derive(job.seed, rule, width, start, layer)
            kernel, bias = (np.asarray(ops.convert_to_numpy(w), "float64")
                            for w in ensemble_weights(rule, seed, inputs, nets * width))
            x = np.maximum(x @ kernel.reshape(inputs, nets, width).swapaxes(0, 1) + bias.reshape(nets, 1, width), 0)
            gone |= ~x.any(axis=(1, 2))
            dead[layer + 1] += gone.sum()
            inputs = width
    seconds = round((time.perf_counter() - began) / s.epochs, 3)
    for layers in range(1, s.epochs + 1):
        yield {"epoch": layers, "seconds": seconds, "dead": int(dead[layers]), "nets": s.nets}


def train(job):
    """Fit the target with all nets at once; count those that end up constant, and whether a dead one comes alive."""
    s, data = job.settings, job.dataset
    (inputs,), (outputs,) = data.x_train.shape[1:], data.y_train.shape[1:]
    model = ensemble_network(nets=s.nets, inputs=inputs, hidden=[s.width] * (s.layers - 1), outputs=outputs,
                             seed=job.seed, initializer=job.variant)
    everything = data.x_train[None], data.y_train[None]
    born = ops.convert_to_numpy(ensembles.is_constant(None, ensembles.outputs(model, everything[0])))[0]

    def revived(y, outputs):
        return ops.logical_and(born, ops.logical_not(ensembles.is_constant(y, outputs)))

    task = ensembles.summed(ensembles.squared_error, {"collapsed": ensembles.is_constant, "revived": revived})
    return ensembles.train(job, model, Adam(s.learning_rate), task, data.x_train[:, None], data.y_train[:, None],
                           everything, s.nets, [("born_dead", int(born.sum()))])
# fmt: on

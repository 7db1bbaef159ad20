"""The nets of Rumelhart, Hinton and Williams (1986): symmetry, family trees and the exclusive or."""

import keras
import numpy as np
from keras import ops

from custom.optimizers import Momentum
from experiments.networks import ensemble_network
from experiments.papers.rumelhart1986_backprop.network import family_tree_network
from experiments.recipes.ensemble import (
    ensemble,
    half_squared_error,
    is_clear,
    is_right,
    outputs,
    summed,
    weights,
)
from experiments.seeds import derive

SYMMETRY = {"none": [], "two": [2], "four": [4]}  # hidden units
HIDDEN = {"two": [2], "four": [4], "eight": [8]}
XOR = {"momentum": 0.9, "plain": 0.0}
TREES = {  # rates, weights lost in a sweep, limit of the uniform initial weights
    "printed": ((0.005, 0.01), 0.002, 0.3),
    "no_decay": ((0.005, 0.01), 0.0, 0.3),
    "repaired": ((0.025, 0.05), 0.0002, 1.0),
}
HELD_OUT, FIRST = 4, 20  # questions; sweeps with the first rate and momentum
GENERATION = [0] * 4 + [1] * 6 + [2] * 2  # of the twelve people of a tree


class TwoPhases(Momentum):
    """`v <- mu v - eta g`, `w <- (1 - d) (w + v)`, with mu = 0.5 in the first 20 sweeps and 0.9 after."""

    def __init__(self, rates, decay):
        super().__init__(keras.optimizers.schedules.PiecewiseConstantDecay([FIRST - 1], list(rates)), 0.9)
        self.decay = decay

    def rule(self, w, g, rate, t, v):
        early = float(t <= FIRST) if isinstance(t, (int, float)) else ops.cast(t <= FIRST, t.dtype)
        v = (self.momentum - 0.4 * early) * v - rate * g
        return v - self.decay * (w + v), v


def sets(job):
    """Return the set of all patterns, as one example: for as many steps as a row has sweeps, and for counting."""
    x, y = job.dataset.x_train[None], job.dataset.y_train[None]
    sweeps = job.settings.sweeps
    return x.repeat(sweeps, 0), y.repeat(sweeps, 0), (x, y)


def code(model, solved):
    """Tell how the nets do it that have two hidden units and solve the problem, by both units' weights.

    With w_1 ... w_6 the weights of a unit: mirrored where |w_i + w_(7-i)| is below a hundredth of the mean
    |w|; coded where, besides, the magnitudes of the three pairs are within 10 % of 1 : 2 : 4.
    """
    weight = weights(model)["dense1"][0][solved].swapaxes(1, 2)  # (nets, 2, 6)
    pairs = np.sort(np.abs(weight - weight[:, :, ::-1])[:, :, :3] / 2, axis=2)
    residue = np.abs(weight + weight[:, :, ::-1]).max(2) / np.abs(weight).mean(2)
    ratios = pairs / np.maximum(pairs[:, :, :1], 1e-12)
    mirrored = (residue < 0.01).all(1)
    coded = mirrored & (np.abs(ratios / (1, 2, 4) - 1) < 0.1).all((1, 2))
    middle = np.median(ratios, axis=(0, 1)).tolist() if solved.any() else []
    names = ("second_weight", "third_weight")
    return {"mirrored": int(mirrored.sum()), "coded": int(coded.sum())} | dict(zip(names, middle[1:], strict=False))


def logical(job):
    """Learn symmetry or exclusive or: logistic units, gradient summed over all patterns, one step a sweep."""
    s, (x, y, whole) = job.settings, sets(job)
    hidden, momentum = (job.variant, s.momentum) if isinstance(job.variant, list) else (s.hidden, job.variant)
    shape = dict(nets=s.nets, inputs=x.shape[-1], hidden=hidden, outputs=1)
    units = dict(initializer=f"uniform_{s.limit}", activation="sigmoid", last="sigmoid")
    model = ensemble_network(**shape, **units, seed=job.seed)
    task = summed(half_squared_error, {"solved": is_right, "clear": is_clear})

    def final(model):
        solved = is_right(whole[1][:, :, None], outputs(model, x[:1]))
        return code(model, ops.convert_to_numpy(solved)[0])

    optimizer, final = Momentum(s.learning_rate, momentum), final if job.variant == [2] else None
    return ensemble(job, model, optimizer, task, x, y, whole, s.nets, final=final)


def family_trees(job):
    """Learn the trees. Each net has four questions of its own that it never sees; outputs clear enough cost 0."""
    s, (x, y, whole), (rates, decay, limit) = job.settings, sets(job), job.variant
    n = whole[0].shape[1]
    seen = np.ones((1, n, s.nets, 1), "float32")
    for net in range(s.nets):
        draw = np.random.default_rng(derive(job.seed, "held_out", net))
        seen[0, draw.choice(n, HELD_OUT, replace=False), net] = 0

    def loss(y, found):
        clear = ops.where(y > 0.5, found > 0.8, found < 0.2)
        return half_squared_error(y, found) * (1 - ops.cast(clear, found.dtype)) * seen

    def right(of):
        """Count questions among `of` with all 24 outputs on the right side of 1/2, by net."""

        def measure(y, found):
            answered = ops.cast(ops.max(ops.abs(found - y), axis=3) < 0.5, "float32")
            return ops.sum(answered * of[..., 0], axis=1)

        return measure

    def exactly(number):
        return lambda y, found: ops.abs(right(1 - seen)(y, found) - number) < 0.5

    model = family_tree_network(nets=s.nets, seed=job.seed, initializer=f"uniform_{limit}")
    measures = {"right": right(seen), "held_right": right(1 - seen)}
    measures |= {f"held_right_{number}": exactly(number) for number in range(HELD_OUT + 1)}
    task, optimizer = summed(loss, measures), TwoPhases(rates, decay)
    counts = [("questions", s.nets * (n - HELD_OUT)), ("held_out", s.nets * HELD_OUT)]
    return ensemble(job, model, optimizer, task, x, y, whole, s.nets, counts, meaning)


def meaning(model):
    """Return how well a unit of a net's code of people tells nation and generation: the median over the nets."""
    weight, bias = weights(model)["person"]
    units = 1 / (1 + np.exp(-(weight + bias[:, None])))  # (nets, people, 6)
    nation, age = np.repeat([0.0, 1.0], 12), np.tile(GENERATION, 2)
    best = [[max(abs(np.corrcoef(u, of)[0, 1]) for u in net.T) for of in (nation, age)] for net in units]
    middle = np.median(best, axis=0)
    return {"nation": float(middle[0]), "generation": float(middle[1])}

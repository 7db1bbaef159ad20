"""What one step of each optimizer does and keeps, exactly; what a training step costs."""

import time

import numpy as np
from keras import ops

from experiments import engine
from experiments.claims import RELATIVE_TIME, STEP_TIME, Quantity
from experiments.claims.quantities import last
from experiments.papers.chen2023_lion.search import (
    DOMAINS,
    FULL,
    OPTIMIZERS,
    QUICK,
    REDUCED,
    SMALLEST,
    TINY,
    VIT_S,
    scaled,
    trained,
    transformer,
)
from experiments.recipes.turns import in_turns
from experiments.seeds import derive
from experiments.spec import Experiment, Preset

RATE = 2.0**-10  # of which float32 holds every multiple that a weight comes to here
WITHOUT = 10  # of as many weights one has no gradient, in any step
BETAS = (0.9, 0.99)
CANCELLED = 1e-5  # a mixture that is smaller than this share of its two parts may be 0 in single precision
YARDSTICK = "adamw"


def train_step(job):
    """Return how far the steps of an optimizer move each weight of the transformer, and what they keep for it."""
    job = scaled(job)
    return engine.Computation(_rows(job), {"parameters": transformer(job).count_params(), "compiler": "none"})


def _rows(job):
    """Yield a row a step: the shortest and longest move in units of the rate, the longest without a gradient.

    Weights start at 0, there is no decay, and gradients are drawn with sizes over nine decades. Among millions of
    weights there are some in whose mixture momentum and gradient cancel; the sign of 0 is 0, and what is left of the
    others is a matter of rounding: the shortest move leaves them out.
    """
    variables = transformer(job).trainable_variables
    for variable in variables:
        variable.assign(np.zeros(variable.shape, "float32"))
    optimizer = job.variant(RATE, RATE, 0.0)
    optimizer.build(variables)
    draw = np.random.default_rng(derive(job.seed, "gradients"))
    total = sum(int(np.prod(variable.shape)) for variable in variables)
    ends = np.cumsum([int(np.prod(variable.shape)) for variable in variables])[:-1]
    none = np.arange(total) % WITHOUT == 0
    state = [variable for variable in optimizer.variables if len(variable.shape)]
    kept = sum(int(np.prod(variable.shape)) for variable in state)
    before, mean = np.zeros(total, "float32"), np.zeros(total)
    for step in range(1, job.settings.epochs + 1):
        began = time.perf_counter()
        gradients = draw.normal(size=total) * 10.0 ** draw.uniform(-6, 3, total)
        gradients = np.where(none, 0.0, gradients).astype("float32")
        parts = zip(np.split(gradients, ends), variables, strict=True)
        optimizer.apply([ops.convert_to_tensor(part.reshape(v.shape)) for part, v in parts], variables)
        after = np.concatenate([ops.convert_to_numpy(v).ravel() for v in variables])
        moves = np.abs(after - before) / RATE
        before = after
        mixture = BETAS[0] * mean, (1 - BETAS[0]) * gradients
        whole = ~none & (np.abs(sum(mixture)) > CANCELLED * sum(map(np.abs, mixture)))
        mean = BETAS[1] * mean + (1 - BETAS[1]) * gradients
        yield {
            "epoch": step,
            "seconds": round(time.perf_counter() - began, 3),
            "shortest_move": float(moves[whole].min()),
            "longest_move": float(moves[~none].max()),
            "move_without_gradient": float(moves[none].max()),
            "states": kept / total,
            "state_bytes": sum(int(np.prod(v.shape)) * np.dtype(v.dtype).itemsize for v in state),
        }


def train_cost(job):
    """Return the times of a training step with one optimizer and with AdamW, epoch by epoch, in turns."""
    job = scaled(job)
    own, yardstick = (trained(job, transformer(job), make) for make in (job.variant, OPTIMIZERS[YARDSTICK]))
    return engine.Computation(in_turns(own, yardstick), {})


def least(column):
    """The smallest value of a column over the rows."""
    return lambda history: min((row[column] for row in history if column in row), default=None)


def most(column):
    """The largest value of a column over the rows."""
    return lambda history: max((row[column] for row in history if column in row), default=None)


SHORTEST = Quantity("shortest_move", "", least("shortest_move"), digits=6, least=0.0)
LONGEST = Quantity("longest_move", "", most("longest_move"), digits=6, least=0.0)
UNMOVED = Quantity("move_without_gradient", "", most("move_without_gradient"), digits=6, least=0.0)
STATES = Quantity("states", "", last("states"), digits=0)
STATE_BYTES = Quantity("state_bytes", "", last("state_bytes"), digits=0)
MOVES = (SHORTEST, LONGEST, UNMOVED, STATES, STATE_BYTES)
COSTS = (RELATIVE_TIME, STEP_TIME)

OWN = dict(learning_rate=0.0003, weight_decay=0.3)  # chosen by nothing: neither a move nor a time depends on them
RARELY = dict(evaluation_every=1000, train_evaluation_every=1000)
STEP = {
    "quick": Preset(QUICK | SMALLEST | dict(epochs=3), 1),
    "reduced": Preset(REDUCED | TINY | OWN | RARELY | dict(epochs=20, batch_size=64), 3),
    "paper": Preset(FULL | VIT_S | OWN | RARELY | dict(epochs=20, batch_size=64, precision="float32"), 3),
}
COST = {
    "reduced": Preset(REDUCED | TINY | OWN | RARELY | dict(examples=2_000, epochs=12, batch_size=64), 10),
    "paper": Preset(FULL | VIT_S | OWN | RARELY | dict(examples=10_000, epochs=12, batch_size=64), 10),
}
EXPERIMENTS = (
    Experiment("step", OPTIMIZERS, train_step, STEP, protocol=("step",), version=2, domains=DOMAINS),
    Experiment("cost", OPTIMIZERS, train_cost, COST, protocol=("cost",), domains=DOMAINS),
)

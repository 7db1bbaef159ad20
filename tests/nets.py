"""Small nets, the same in NumPy, and a stand-in for an adapter, for the tests of the engine."""

import importlib
import types

import keras
import numpy as np

from custom.activations import ReLU, RReLU
from custom.optimizers import Adam, GradientDescent
from experiments import engine
from experiments.engine.chunks import LONGEST, Chunks
from experiments.engine.inputs import Inputs
from experiments.errors import Diverged
from experiments.papers.kingma2015_adam.networks import multilayer_perceptron
from experiments.seeds import permutation
from tests.doubles import small_digits

BACKEND = keras.backend.backend()
L2 = 1e-3


def adapter():
    return importlib.import_module(f"experiments.engine.{BACKEND}_adapter")


def loop(model, optimizer, arrays, compiler="auto"):
    """The adapter's `Loop` as `train` makes it."""
    return adapter().Loop(model, optimizer, arrays, compiler, engine.CLASSIFICATION, Inputs(arrays))


def described(model, optimizer, arrays, plan, **options):
    """The `Training` of these."""
    return engine.Training(model, optimizer, arrays, plan, **options)


def train(model, optimizer, arrays, plan, on_step=None, *, facts=None, checkpoint=None, compiler="auto", **options):
    """Yield the rows of one training; Ctrl-C is kept, a divergence raised, as the runner has it."""
    training = described(model, optimizer, arrays, plan, facts={} if facts is None else facts, **options)
    session = engine.Session([training], compiler=compiler, checkpoint=checkpoint, on_step=on_step)
    try:
        for (cell,) in session.rows():
            if isinstance(cell, Diverged):
                raise cell
            yield training.recorded(cell)
    except KeyboardInterrupt:
        session.save()
        raise


def whole_chunks(monkeypatch):
    """Have chunks as long as they may be, whatever time they take."""
    monkeypatch.setattr(Chunks, "length", lambda self, step: LONGEST - step % LONGEST)


def digits():
    data = small_digits()
    return engine.Arrays(
        data.x_train, data.y_train, {"train": (data.x_train, data.y_train), "test": (data.x_test, data.y_test)},
        np.array([80.0]), np.array([1 / 100]),
    )  # fmt: skip


def dense(hidden="relu", seed=0):
    """One hidden layer of 8 units with an L2 term; `hidden` is an activation or a layer."""
    kernel = [keras.initializers.HeNormal(seed + i) for i in range(2)]
    activation = [keras.layers.Activation(hidden)] if isinstance(hidden, str) else [hidden]
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(8, kernel_initializer=kernel[0], kernel_regularizer=keras.regularizers.L2(L2)),
            *activation,
            keras.layers.Dense(10, kernel_initializer=kernel[1]),
        ]
    )


def perceptron(activation=ReLU, seed=0, **options):
    options = {"input_shape": (8, 8, 1), "hidden": [8], "classes": 10, **options}
    return multilayer_perceptron(activation, seed=seed, **options)


class Reference:
    """The same net, loss and plain gradient descent, in float64."""

    def __init__(self, model, arrays, negative_slope=0.0):
        self.weights = [w.numpy().astype("float64") for w in model.trainable_weights]
        self.arrays, self.negative_slope = arrays, negative_slope

    def inputs(self, x):
        return ((x.astype("float64") - self.arrays.mean) * self.arrays.scale).reshape(len(x), -1)

    def forward(self, x):
        kernel, bias, kernel_2, bias_2 = self.weights
        z = x @ kernel + bias
        h = np.where(z > 0, z, self.negative_slope * z)
        return z, h, h @ kernel_2 + bias_2

    def losses(self, logits, y):
        shifted = logits - logits.max(1, keepdims=True)
        return np.log(np.exp(shifted).sum(1)) - shifted[np.arange(len(y)), y]

    def step(self, x, y, rate):
        x = self.inputs(x)
        z, h, logits = self.forward(x)
        objective = self.losses(logits, y).mean() + L2 * (self.weights[0] ** 2).sum()
        d = np.exp(logits - logits.max(1, keepdims=True))
        d = (d / d.sum(1, keepdims=True) - np.eye(10)[y]) / len(y)
        dh = (d @ self.weights[2].T) * (z > 0)
        gradients = [x.T @ dh + 2 * L2 * self.weights[0], dh.sum(0), h.T @ d, d.sum(0)]
        self.weights = [w - rate * g for w, g in zip(self.weights, gradients, strict=True)]
        return objective

    def evaluate(self, x, y):
        logits = self.forward(self.inputs(x))[2]
        return self.losses(logits, y).mean(), (logits.argmax(1) != y).mean()

    def train(self, plan, rates):
        a, steps = self.arrays, len(self.arrays.x) // plan.batch_size
        for epoch, rate in enumerate(rates, start=1):
            order = permutation(plan.seed, epoch, len(a.x))[: steps * plan.batch_size].reshape(steps, -1)
            row = {"epoch": epoch, "objective": np.mean([self.step(a.x[rows], a.y[rows], rate) for rows in order])}
            for name, split in a.splits.items():
                row[f"{name}_loss"], row[f"{name}_error"] = self.evaluate(*split)
            yield row


# In place of a model and an optimizer, for the `Spy`.
NOTHING = (
    types.SimpleNamespace(trainable_variables=[], non_trainable_variables=[], _flatten_layers=lambda: []),
    types.SimpleNamespace(variables=[]),
)


class Spy:
    """In place of an adapter's `Loop`: remembers the order of the examples, trains nothing."""

    compiler = "spy"

    def __init__(self, losses=()):
        self.orders, self.batches, self.losses = [], [], list(losses)

    def __call__(self, model, optimizer, arrays, compiler, task, inputs):
        return self

    def steps(self, order):
        self.orders.append(order)
        return [self.losses.pop(0) if self.losses else 1.0 for _ in order]

    def finite(self):
        return True

    def evaluate(self, x, y):
        self.batches.append(len(x))
        return np.array([2.0 * len(x), 1.0])


def everything(seed=0):
    """A net and an optimizer with all kinds of state: statistics, masks, slopes, slots, a schedule, an average."""
    layers = keras.layers
    kernel = [keras.initializers.HeNormal(seed + i) for i in range(2)]
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Flatten(),
            layers.Dense(16, kernel_initializer=kernel[0], use_bias=False),
            layers.BatchNormalization(),
            RReLU(seed=seed),
            layers.Dropout(0.2, seed=seed),
            layers.Dense(10, kernel_initializer=kernel[1]),
        ]
    )
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=200, decay_rate=0.7)
    return model, Adam(rate, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=7)


class Normalised:
    """Dense with an L2 term, batch normalisation, ReLU, dense; a clipped gradient, a falling rate, an average.

    `model` is the net and `optimizer` its optimizer in Keras; `train` is the same in float64.
    """

    MOMENTUM, EPSILON, RATE, DECAY, AVERAGE, OVERWRITE = 0.9, 1e-3, 0.2, 0.02, 0.9, 7

    def __init__(self, clipping):
        layers, kernel = keras.layers, [keras.initializers.HeNormal(i) for i in range(2)]
        l2 = keras.regularizers.L2(L2)
        self.model = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.Flatten(),
                layers.Dense(8, kernel_initializer=kernel[0], kernel_regularizer=l2, use_bias=False),
                layers.BatchNormalization(momentum=self.MOMENTUM, epsilon=self.EPSILON),
                layers.ReLU(),
                layers.Dense(10, kernel_initializer=kernel[1]),
            ]
        )
        schedule = keras.optimizers.schedules.InverseTimeDecay(self.RATE, 1, self.DECAY)
        average = {"use_ema": True, "ema_momentum": self.AVERAGE, "ema_overwrite_frequency": self.OVERWRITE}
        self.optimizer = GradientDescent(schedule, **clipping, **average)
        self.clipping = clipping
        self.weights = [w.numpy().astype("float64") for w in self.model.trainable_weights]
        self.statistics, self.averages = [np.zeros(8), np.ones(8)], [w.copy() for w in self.weights]

    def clipped(self, gradients):
        ((kind, limit),) = self.clipping.items()
        if kind == "clipvalue":
            return [np.clip(g, -limit, limit) for g in gradients]
        norms = [np.sqrt((g**2).sum()) for g in gradients]
        if kind == "global_clipnorm":
            norms = [np.sqrt(sum(n**2 for n in norms))] * len(norms)
        return [g * min(1, limit / n) for g, n in zip(gradients, norms, strict=True)]

    def step(self, t, x, y):
        kernel, gamma, beta, kernel_2, bias = self.weights
        z = x @ kernel
        mean, variance = z.mean(0), z.var(0)
        self.statistics = [
            self.MOMENTUM * old + (1 - self.MOMENTUM) * new
            for old, new in zip(self.statistics, (mean, variance), strict=True)
        ]
        deviation = np.sqrt(variance + self.EPSILON)
        n = (z - mean) / deviation
        a = gamma * n + beta
        logits = np.maximum(a, 0) @ kernel_2 + bias
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        objective = -np.log(p[np.arange(len(y)), y]).mean() + L2 * (kernel**2).sum()
        d = (p - np.eye(10)[y]) / len(y)
        da = (d @ kernel_2.T) * (a > 0)
        dn = da * gamma
        dz = (dn - dn.mean(0) - n * (dn * n).mean(0)) / deviation
        gradients = [x.T @ dz + 2 * L2 * kernel, (da * n).sum(0), da.sum(0), np.maximum(a, 0).T @ d, d.sum(0)]
        rate = self.RATE / (1 + self.DECAY * t)
        self.weights = [w - rate * g for w, g in zip(self.weights, self.clipped(gradients), strict=True)]
        first = t == 0  # the average starts at the first weights after a step
        keep = 0 if first else self.AVERAGE
        self.averages = [keep * a + (1 - keep) * w for a, w in zip(self.averages, self.weights, strict=True)]
        if (t + 1) % self.OVERWRITE == 0:
            self.weights = [a.copy() for a in self.averages]
        return objective

    def train(self, arrays, plan):
        """Objectives of the epochs."""
        x = ((arrays.x.astype("float64") - arrays.mean) * arrays.scale).reshape(len(arrays.x), -1)
        steps = len(x) // plan.batch_size
        for epoch in range(plan.epochs):
            order = permutation(plan.seed, epoch + 1, len(x))[: steps * plan.batch_size].reshape(steps, -1)
            yield np.mean([self.step(epoch * steps + i, x[rows], arrays.y[rows]) for i, rows in enumerate(order)])

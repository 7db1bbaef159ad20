"""Small nets, the same in NumPy, and a stand-in for an adapter, for the tests of the engine."""

import importlib

import keras
import numpy as np

from custom.activations import ReLU
from experiments.harness import engine
from experiments.harness.seeds import permutation
from experiments.networks import multilayer_perceptron
from tests.harness.doubles import small_digits

BACKEND = keras.backend.backend()
L2 = 1e-3


def adapter():
    return importlib.import_module(f"experiments.harness.engine.{BACKEND}_adapter")


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


class Spy:
    """In place of an adapter's `Loop`: remembers the order of the examples, trains nothing."""

    compiler = "spy"

    def __init__(self, losses=()):
        self.orders, self.batches, self.losses = [], [], list(losses)

    def __call__(self, model, optimizer, arrays):
        return self

    def steps(self, order):
        self.orders.append(order)
        return self.losses.pop(0) if self.losses else float(len(order))

    def evaluate(self, x, y):
        self.batches.append(len(x))
        return np.array([2.0 * len(x), 1.0])

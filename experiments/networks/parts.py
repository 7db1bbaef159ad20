"""Parts of the networks: activations and first weights that follow from a seed and a name, layers, the dense end."""

import functools
import inspect

import keras
from keras import layers

from experiments.seeds import derive


def activation_layer(factory, seed, name, dtype):
    """Build the activation; a random one gets a seed that follows from its name."""
    target = factory.func if isinstance(factory, functools.partial) else factory
    random = "seed" in inspect.signature(target).parameters
    return factory(name=name, dtype=dtype, **({"seed": derive(seed, name)} if random else {}))


def kernel_initializer(rule, seed, name):
    """`"he_normal"`, `"lecun_normal"`, or `"normal_0.05"` for a Gaussian with that standard deviation.

    A dictionary has a rule for each layer, by name.
    """
    if isinstance(rule, dict):
        rule = rule[name]
    if rule == "he_normal":
        return keras.initializers.HeNormal(derive(seed, name, "kernel"))
    if rule == "lecun_normal":
        return keras.initializers.LecunNormal(derive(seed, name, "kernel"))
    kind, _, deviation = rule.partition("_")
    if kind != "normal":
        raise ValueError(f"Received: initializer={rule!r}. Expected 'he_normal' or 'normal_<standard deviation>'.")
    return keras.initializers.RandomNormal(stddev=float(deviation), seed=derive(seed, name, "kernel"))


def convolution(x, filters, size, name, *, seed, initializer, precision):
    """A convolution that keeps height and width."""
    kernel = kernel_initializer(initializer, seed, name)
    return layers.Conv2D(filters, size, padding="same", kernel_initializer=kernel, name=name, dtype=precision)(x)


def dense_end(name, inputs, x, activation, dense, classes, *, seed, initializer, precision, dropout=0.0):
    """The model `name`: after what ends in `x`, dense layers with activation and dropout, then logits in float32."""
    if len(x.shape) > 2:
        x = layers.Flatten(name="flatten", dtype=precision)(x)
    for i, units in enumerate(dense, start=1):
        kernel = kernel_initializer(initializer, seed, f"dense{i}")
        x = layers.Dense(units, kernel_initializer=kernel, name=f"dense{i}", dtype=precision)(x)
        x = activation_layer(activation, seed, f"dense{i}_activation", precision)(x)
        if dropout:
            x = layers.Dropout(dropout, seed=derive(seed, f"dropout{i}"), name=f"dropout{i}", dtype=precision)(x)
    kernel = kernel_initializer(initializer, seed, "logits")
    outputs = layers.Dense(classes, kernel_initializer=kernel, name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name=name)

"""Many small independent nets side by side, as one model."""

import keras
from keras import layers

from custom.initializers import HeNormal, RandomizedAsymmetric
from experiments.seeds import derive


def ensemble_weights(rule, seed, inputs, units):
    """Kernel `(inputs, units)` and bias `(units,)` as a dense layer of the rule starts.

    Args:
        rule: `"he_normal"` (not truncated, biases 0), `"randomized_asymmetric"` or `"uniform_<limit>"` (weights
            and biases from U(-limit, limit)).
        seed: integer.
    """
    if rule == "he_normal":
        return HeNormal(seed=seed)((inputs, units)), keras.ops.zeros((units,))
    if rule == "randomized_asymmetric":
        return RandomizedAsymmetric(inputs, seed).draw(units)
    kind, _, limit = rule.partition("_")
    if kind != "uniform":
        raise ValueError(
            f"Received: initializer={rule!r}. Expected 'he_normal', 'randomized_asymmetric' or 'uniform_<limit>'."
        )
    both = keras.random.uniform((inputs + 1, units), -float(limit), float(limit), seed=seed)
    return both[:-1], both[-1]


class EnsembleDense(layers.Layer):
    """Dense layers of many independent nets, side by side: `outputs[..., n, :] = f(x[..., n, :] W[n] + b[n])`.

    No number of one net meets one of another. Where an optimizer treats each weight by itself, as
    (stochastic) gradient descent, momentum and Adam do, training on the sum of the nets' losses
    therefore equals training each net alone on the same batches.

    Shapes: inputs `(batch, points, inputs)`, which all nets share, or `(batch, points, nets, inputs)`; outputs
    `(batch, points, nets, units)`; weights `(nets, inputs, units)` and `(nets, units)`.

    Args:
        nets: how many.
        units: of each net's layer.
        rule: how weights and biases start, see `ensemble_weights`.
        seed: integer from which they follow.
        activation: as Keras takes it. Default: none.
    """

    def __init__(self, nets, units, rule, seed, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.nets, self.units, self.rule, self.seed = nets, units, rule, seed
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        kernel, bias = ensemble_weights(self.rule, self.seed, input_shape[-1], self.nets * self.units)
        kernel = keras.ops.reshape(kernel, (input_shape[-1], self.nets, self.units))
        start = {"weight": keras.ops.transpose(kernel, (1, 0, 2)), "bias": keras.ops.reshape(bias, (self.nets, -1))}
        start = {name: keras.ops.convert_to_numpy(value) for name, value in start.items()}
        # Not "kernel": a kernel of rank 3 is a convolution's, for which the engine chooses another compiler.
        for name, value in start.items():
            setattr(self, name, self.add_weight(shape=value.shape, initializer=lambda *_, v=value, **__: v, name=name))

    def call(self, x):
        shared = "bpi,nio->bpno" if len(x.shape) == 3 else "bpni,nio->bpno"
        return self.activation(keras.ops.einsum(shared, x, self.weight) + self.bias)


def ensemble_network(*, nets, inputs, hidden, outputs, seed, initializer, activation="relu", last=None):
    """Many independent fully connected nets of one shape, in one model.

    Args:
        nets: how many.
        inputs: numbers that a point consists of.
        hidden: units of each hidden layer.
        outputs: units of the last layer.
        seed: integer from which all weights follow.
        initializer: see `ensemble_weights`.
        activation, last: of hidden layers and of the last one, as Keras takes them.

    Returns:
        A model from `(batch, points, inputs)` to `(batch, points, nets, outputs)`: an example may be one
        point, or a whole set of points.
    """
    x = entry = keras.Input((None, inputs))
    for i, units in enumerate([*hidden, outputs], start=1):
        final = i > len(hidden)
        name = "outputs" if final else f"dense{i}"
        x = EnsembleDense(nets, units, initializer, derive(seed, name), last if final else activation, name=name)(x)
    return keras.Model(entry, x, name="ensemble_network")

"""Training of a restricted Boltzmann machine by contrastive divergence."""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import ArrayLike

from .. import _checks
from .rbm import RestrictedBoltzmannMachine


class _Batches(keras.utils.PyDataset):
    """Mini-batches in an order that the seed and the epoch decide."""

    def __init__(self, x, batch_size, seed):
        super().__init__()
        self.x, self.batch_size, self.seed = x, batch_size, seed
        self.start(0)

    def start(self, epoch, logs=None):
        self.order = np.random.default_rng([self.seed, epoch]).permutation(len(self.x))

    def __len__(self):
        return -(-len(self.x) // self.batch_size)

    def __getitem__(self, index):
        return (self.x[self.order[index * self.batch_size : (index + 1) * self.batch_size]],)


class _ContrastiveDivergence(keras.Model):
    """A model whose training step applies the gradients of contrastive divergence: Keras compiles it
    and runs the loop on every backend. There is no loss to differentiate.
    """

    def __init__(self, rbm, **options):
        # Not the machine's own policy: for mixed_float16 Keras would scale a loss, and there is none.
        super().__init__(dtype=rbm.variable_dtype)
        self.rbm, self.options = rbm, options
        self.error = keras.metrics.Mean(name="reconstruction_error")

    @property
    def metrics(self):
        return [self.error]

    def call(self, visible):
        return self.rbm(visible)

    def _learn(self, visible):
        gradients, statistics = self.rbm.contrastive_divergence(visible, **self.options)
        self.optimizer.apply(gradients, self.rbm.energy_variables)
        self.error.update_state(statistics["reconstruction_error"], sample_weight=keras.ops.shape(visible)[0])
        return {"reconstruction_error": self.error.result()}

    def train_step(self, *arguments):
        visible, _, _ = keras.utils.unpack_x_y_sample_weight(arguments[-1])
        if len(arguments) == 1:
            return self._learn(visible)
        # JAX hands over the values of the variables, in four groups, and takes the new ones back.
        groups = (
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        )
        values = zip(sum(groups, []), sum(map(list, arguments[0]), []), strict=True)
        with keras.StatelessScope(state_mapping=list(values)) as scope:
            logs = self._learn(visible)
        return logs, tuple([scope.get_current_value(variable) for variable in group] for group in groups)


def pretrain(
    rbm: RestrictedBoltzmannMachine,
    x: ArrayLike,
    optimizer: keras.optimizers.Optimizer,
    epochs: int = 1,
    batch_size: int = 32,
    steps: int = 1,
    visible_states: str = "mean",
    seed: int | None = None,
    callbacks: Sequence[keras.callbacks.Callback] | None = None,
    jit_compile: bool | str = "auto",
    verbose: int | str = 0,
) -> list[float]:
    """Train a restricted Boltzmann machine by contrastive divergence; return its errors by epoch.

    Formula: after each mini-batch one step of `optimizer` along the gradients of CD-k for W, b and
    c, as `RestrictedBoltzmannMachine.contrastive_divergence` states them. Every epoch takes all of
    `x` in an order that (seed, epoch) decides, the last batch being smaller where the sizes do not
    divide. Keras compiles the step as it does a model's. The same seeds give the same machine, on
    one backend and with one compiler: TensorFlow with XLA draws other numbers than without.

    To stack machines, train the next one on `rbm(x)`; to fine-tune, put them into a Keras model.

    Args:
        rbm: a `RestrictedBoltzmannMachine`, built or not.
        x: data, an array (examples, visible units), in [0, 1] for Bernoulli visible units.
        optimizer: any Keras optimizer, such as those of `custom.optimizers`, not used elsewhere.
            `l2_exclude="bias"` keeps an `l2` to the weights.
        epochs: default 1.
        batch_size: default 32.
        steps: the k of CD-k. Default 1.
        visible_states: `"mean"` (default) or `"sampled"`, the reconstructions that enter the gradient.
        seed: an integer of at least 0 that decides the order; `None` draws one at random.
        callbacks: Keras callbacks, which see `reconstruction_error`. Default none.
        jit_compile: as for `keras.Model.compile`. Default `"auto"`.
        verbose: as for `keras.Model.fit`. Default 0, silent.

    Returns:
        A list, the mean reconstruction error of each epoch, measured while it was training.

    Raises:
        TypeError: an `rbm` that is none; `x` that is not numeric.
        ValueError: a frozen machine; `x` that is empty, not of two axes, not finite, or outside
            [0, 1] for Bernoulli visible units; a count below 1.

    Differences from Keras: Keras has no such function; `fit` differentiates a loss, and contrastive
    divergence is the gradient of none.

    Example:

    >>> import keras, numpy as np
    >>> from custom.layers import RestrictedBoltzmannMachine, pretrain
    >>> x = np.array([[1, 1, 0, 0], [0, 0, 1, 1]] * 8, "float32")
    >>> rbm = RestrictedBoltzmannMachine(3, seed=0)
    >>> errors = pretrain(rbm, x, keras.optimizers.SGD(0.5), epochs=60, batch_size=4, seed=0, jit_compile=False)
    >>> len(errors), errors[-1] < errors[0] / 2
    (60, True)

    Reference: Hinton, A Practical Guide to Training Restricted Boltzmann Machines, UTML TR 2010-003.
    """
    if not isinstance(rbm, RestrictedBoltzmannMachine):
        raise TypeError(f"Received: rbm={rbm!r}. Expected a RestrictedBoltzmannMachine.")
    if not rbm.trainable:
        raise ValueError(f"Received: rbm={rbm.name!r} with trainable=False. Expected a machine that may change.")
    x = _data(x, rbm)
    epochs, batch_size = _checks.count("epochs", epochs), _checks.count("batch_size", batch_size)
    if seed is None:
        seed = int(np.random.default_rng().integers(2**31))
    elif isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"Received: seed={seed!r}. Expected an integer of at least 0.")
    if not rbm.built:
        rbm.build((None, x.shape[1]))
    model = _ContrastiveDivergence(rbm, steps=_checks.count("steps", steps), visible_states=visible_states)
    model.compile(optimizer, jit_compile=jit_compile)
    model.build((None, x.shape[1]))
    # Keras would build it for the trainable variables, and b is none.
    model.optimizer.build(rbm.energy_variables)
    batches = _Batches(x, batch_size, seed)
    # Not the dataset's own hook: `fit` also calls it before the first epoch.
    callbacks = [keras.callbacks.LambdaCallback(on_epoch_begin=batches.start), *(callbacks or ())]
    history = model.fit(batches, epochs=epochs, callbacks=callbacks, verbose=verbose, shuffle=False)
    return [float(error) for error in history.history["reconstruction_error"]]


def _data(x, rbm):
    x = np.asarray(x)
    if x.dtype.kind not in "biuf":
        raise TypeError(f"Received: x of dtype {x.dtype}. Expected numbers.")
    x = x.astype("float64" if rbm.variable_dtype == "float64" else "float32")
    width = rbm.kernel.shape[0] if rbm.built else "visible units"
    if x.ndim != 2 or not x.size or width not in ("visible units", x.shape[1]):
        raise ValueError(f"Received: x of shape {x.shape}. Expected (examples, {width}), neither of them 0.")
    if not np.isfinite(x).all():
        raise ValueError(f"Received: x with {np.sum(~np.isfinite(x))} values that are not finite. Expected none.")
    if rbm.visible == "bernoulli" and (x.min() < 0 or x.max() > 1):
        raise ValueError(f"Received: x from {x.min():g} to {x.max():g}. Expected [0, 1] for Bernoulli visible units.")
    return x

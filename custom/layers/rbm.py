"""Restricted Boltzmann machine."""

from typing import Any

import keras
from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Initializer, Shape, Store, Tensor
from .units import Bernoulli, Gaussian, NReLU, wide

VISIBLE = {"bernoulli": Bernoulli, "gaussian": Gaussian}
HIDDEN = {"bernoulli": Bernoulli, "nrelu": NReLU}


@registered
class RestrictedBoltzmannMachine(keras.layers.Layer):
    """Restricted Boltzmann machine with binary or noisy rectified linear hidden units.

    Formula: with visible units v, hidden units h, kernel W, biases b (visible) and c (hidden), the
    energy is `E(v, h) = -b.v - c.h - v W h` for Bernoulli visible units, and
    `E(v, h) = |v - b|^2 / 2 - c.h - v W h` for Gaussian ones of unit variance. The model is
    `p(v, h) = exp(-E(v, h)) / Z`; given one side, the units of the other are independent:

    - `p(h_j = 1 | v) = sigma(x_j)` with x = c + v W and the logistic function sigma, for
      `hidden="bernoulli"`;
    - `h_j = max(0, x_j + n)` with n ~ N(0, sigma(x_j)), sigma(x_j) being the variance, for
      `hidden="nrelu"`: an approximation of infinitely many binary units with the weights in common
      and the biases c_j - 1/2, c_j - 3/2, ... (Nair and Hinton, section 2; book 8.5.3);
    - `p(v_i = 1 | h) = sigma(y_i)`, or v_i ~ N(y_i, 1), with y = b + W h.

    As a layer, in a network to be fine-tuned, it is deterministic and returns sigma(x), or max(0, x)
    for `"nrelu"`, in training too. This pass does not use b, which is why b is not trainable: only
    `contrastive_divergence` has a gradient for it. `pretrain` trains all three by that gradient.

    With `"nrelu"` and `use_hidden_bias=False` the layer is equivariant to intensity:
    f(a v) = a f(v) for a >= 0.

    Shapes: (..., visible units) in, (..., units) out; the layer's dtype.

    Args:
        units: number of hidden units.
        visible: `"bernoulli"` (default; data in [0, 1]) or `"gaussian"` (data of unit variance).
        hidden: `"bernoulli"` (default) or `"nrelu"`.
        use_hidden_bias: whether there is a c. Default True.
        kernel_initializer: default `None`, N(0, 0.01^2) drawn from `seed` (the guide's section 8).
        visible_bias_initializer: default `"zeros"`.
        hidden_bias_initializer: default `"zeros"`.
        seed: an integer for reproducible draws; `None` draws one at random.

    Raises:
        TypeError: `use_hidden_bias` that is no boolean; complex inputs.
        ValueError: an unknown kind of unit; `units` or `steps` that are no whole number, at least 1; a seed that
            is no integer; an initializer that Keras does not know; the free energy of `"nrelu"` units, which has
            no closed form; an input of unknown width; a call of the methods before the layer is built.

    Differences from Keras: Keras has no such layer; nor have PyTorch and TensorFlow Addons.
    scikit-learn's `BernoulliRBM` is binary on both sides and trained by persistent CD.

    Example:

    >>> import keras, numpy as np
    >>> from custom.layers import RestrictedBoltzmannMachine
    >>> rbm = RestrictedBoltzmannMachine(2, kernel_initializer="ones")
    >>> rbm.build((None, 3))
    >>> v = np.array([[1.0, 1.0, 0.0]])
    >>> [round(float(p), 4) for p in keras.ops.convert_to_numpy(rbm(v))[0]]
    [0.8808, 0.8808]
    >>> round(float(keras.ops.convert_to_numpy(rbm.free_energy(v))[0]), 4)
    -4.2539

    Reference: Hinton, Training Products of Experts by Minimizing Contrastive Divergence, Neural
    Computation 14 (8), 2002; Hinton, A Practical Guide to Training Restricted Boltzmann Machines,
    UTML TR 2010-003 (the guide), sections 2, 3, 13 and 16.1; Nair and Hinton, Rectified Linear Units
    Improve Restricted Boltzmann Machines, ICML 2010.
    """

    def __init__(
        self,
        units: int,
        visible: str = "bernoulli",
        hidden: str = "bernoulli",
        use_hidden_bias: bool = True,
        kernel_initializer: Initializer | None = None,
        visible_bias_initializer: Initializer = "zeros",
        hidden_bias_initializer: Initializer = "zeros",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = _checks.count("units", units)
        self.visible = _checks.one_of("visible", visible, tuple(VISIBLE))
        self.hidden = _checks.one_of("hidden", hidden, tuple(HIDDEN))
        self.use_hidden_bias = _checks.boolean("use_hidden_bias", use_hidden_bias)
        self.seed = seed = _checks.seed(seed)
        if kernel_initializer is None:
            kernel_initializer = keras.initializers.RandomNormal(stddev=0.01, seed=seed)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.visible_bias_initializer = keras.initializers.get(visible_bias_initializer)
        self.hidden_bias_initializer = keras.initializers.get(hidden_bias_initializer)
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def build(self, input_shape: Shape) -> None:
        width = input_shape[-1]
        if width is None:
            raise ValueError(f"Received: input shape {tuple(input_shape)}. Expected a last axis of known size.")
        self.input_spec = keras.InputSpec(min_ndim=1, axes={-1: width})
        self.kernel = self.add_weight((width, self.units), self.kernel_initializer, name="kernel")
        self.visible_bias = self.add_weight(
            (width,), self.visible_bias_initializer, name="visible_bias", trainable=False
        )
        self.hidden_bias = (
            self.add_weight((self.units,), self.hidden_bias_initializer, name="hidden_bias")
            if self.use_hidden_bias
            else None
        )

    @property
    def energy_variables(self) -> list[keras.Variable]:
        """W, b and c (where there is one), in the order of the gradients of `contrastive_divergence`."""
        self._require_built()
        variables = [self.kernel, self.visible_bias]
        return [*variables, self.hidden_bias] if self.use_hidden_bias else variables

    def _require_built(self):
        if not self.built:
            raise ValueError(f"Received: {self.name!r}, not built. Expected build((None, visible units)) before.")

    def _tensor(self, x):
        return ops.convert_to_tensor(_checks.real_numbers(x), dtype=self.compute_dtype)

    def _hidden_input(self, visible):
        """x = c + v W."""
        self._require_built()
        # Not by `ops.matmul`: on PyTorch Keras takes float64 through float32 there.
        x = self._tensor(visible) @ self._tensor(self.kernel)
        return x + self._tensor(self.hidden_bias) if self.use_hidden_bias else x

    def _visible_input(self, hidden):
        """y = b + W h."""
        self._require_built()
        y = self._tensor(hidden) @ ops.transpose(self._tensor(self.kernel))
        return y + self._tensor(self.visible_bias)

    def call(self, inputs: Tensor) -> Tensor:
        x = self._hidden_input(inputs)
        return ops.sigmoid(x) if self.hidden == "bernoulli" else ops.relu(x)

    def expected_hidden(self, visible: Tensor) -> Tensor:
        """E[h | v] of the units that `sample_hidden` draws.

        It is sigma(x) for binary units; x Phi(x / s) + s phi(x / s) with s = sigma(x)^(1/2) and the
        standard normal Phi and phi for `"nrelu"`, the mean of max(0, N(x, s^2)).
        """
        return ops.cast(HIDDEN[self.hidden].mean(self._hidden_input(visible)), self.compute_dtype)

    def expected_visible(self, hidden: Tensor) -> Tensor:
        """E[v | h]: sigma(y), or y for Gaussian units."""
        return ops.cast(VISIBLE[self.visible].mean(self._visible_input(hidden)), self.compute_dtype)

    def sample_hidden(self, visible: Tensor) -> Tensor:
        """A draw of h given v. No gradient flows through it."""
        x = ops.stop_gradient(self._hidden_input(visible))
        return ops.cast(HIDDEN[self.hidden].draw(x, self.seed_generator), self.compute_dtype)

    def sample_visible(self, hidden: Tensor) -> Tensor:
        """A draw of v given h. No gradient flows through it."""
        y = ops.stop_gradient(self._visible_input(hidden))
        return ops.cast(VISIBLE[self.visible].draw(y, self.seed_generator), self.compute_dtype)

    def free_energy(self, visible: Tensor) -> Tensor:
        """F(v) = -ln(sum over h of exp(-E(v, h))), so that p(v) is proportional to exp(-F(v)).

        `-b.v - sum over j of softplus(x_j)`, with |v - b|^2 / 2 in place of -b.v for Gaussian visible
        units; binary hidden units only. One value for each example, in the dtype of the variables.
        """
        if self.hidden != "bernoulli":
            raise ValueError(f"Received: hidden={self.hidden!r}. Expected 'bernoulli', whose free energy is closed.")
        v, x = wide(self._tensor(visible)), wide(self._hidden_input(visible))
        bias = ops.cast(self.visible_bias, v.dtype)
        own = -v * bias if self.visible == "bernoulli" else ops.square(v - bias) / 2
        return ops.cast(ops.sum(own, axis=-1) - ops.sum(Bernoulli.log_sum(x), axis=-1), self.variable_dtype)

    def contrastive_divergence(
        self, visible: Tensor, steps: int = 1, visible_states: str = "mean"
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """CD-k: an estimate of the gradient of the mean negative log-likelihood, and its statistics.

        Formula: `dW = <v' h'> - <v h>`, `db = <v'> - <v>`, `dc = <h'> - <h>` (the guide's equation 9,
        with the sign that an optimizer, which descends, needs), averaged over the batch; v is the
        data (positive phase), v' ends a chain of `steps` times h given v, then v given h (negative
        phase). What is drawn and what is not, as the guide recommends (section 3.4): the hidden
        states that drive the chain are drawn; h and h' in the averages are expectations given v and
        v', which have the same mean as draws and less noise; v' is an expectation as well, or, with
        `visible_states="sampled"`, a draw. Only the latter is a Gibbs chain, whose gradient goes to
        that of the likelihood as `steps` grows. For `"nrelu"` units Nair and Hinton do not say which
        they took.

        Args:
            visible: data, (..., visible units).
            steps: length k of the chain. Default 1.
            visible_states: `"mean"` (default) or `"sampled"`.

        Returns:
            A list of gradients, in the order of `energy_variables` and in their dtype, and a dict
            with `"reconstruction_error"`: the mean square, over batch and visible units, of the
            data less its expectation after the first step.
        """
        steps = _checks.count("steps", steps)
        _checks.one_of("visible_states", visible_states, ("mean", "sampled"))
        self._require_built()
        units = VISIBLE[self.visible]
        data = ops.reshape(self._tensor(visible), (-1, self.kernel.shape[0]))
        end, error = data, None
        for _ in range(steps):
            y = self._visible_input(self.sample_hidden(end))
            if error is None:
                square = ops.square(wide(data) - units.mean(y))
                error = ops.sum(square) / ops.cast(ops.size(square), square.dtype)
            end = units.mean(y) if visible_states == "mean" else units.draw(y, self.seed_generator)
        phases = zip(self._averages(data), self._averages(end), strict=True)
        gradients = [ops.stop_gradient(negative - positive) for positive, negative in phases]
        return gradients, {"reconstruction_error": ops.stop_gradient(error)}

    def _averages(self, visible):
        """<v h>, <v> and <h> over the batch, in the dtype of the variables."""
        # Not by `ops.mean`: on JAX and PyTorch Keras takes it through float32, in float64 too.
        h = ops.cast(HIDDEN[self.hidden].mean(self._hidden_input(visible)), self.variable_dtype)
        v = ops.cast(visible, self.variable_dtype)
        count = ops.cast(ops.shape(v)[0], v.dtype)
        sums = [ops.transpose(v) @ h, ops.sum(v, axis=0)]
        if self.use_hidden_bias:
            sums.append(ops.sum(h, axis=0))
        return [total / count for total in sums]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.units)

    def _saved(self):
        """What a file holds: before the layer is built only the state of the draws."""
        # Keras leaves random state out of its files: a resumed training would draw from the start.
        return [*(self.energy_variables if self.built else ()), self.seed_generator.state]

    def save_own_variables(self, store: Store) -> None:
        for variable in self._saved():
            store[variable.name] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store: Store) -> None:
        expected, found = [variable.name for variable in self._saved()], sorted(store.keys())
        if sorted(expected) != found:
            raise ValueError(
                f"Received: a file with {', '.join(found) or 'nothing'} for {self.name!r}, which is "
                f"{'built' if self.built else 'not built'}. Expected {', '.join(expected)}."
            )
        for variable in self._saved():
            variable.assign(store[variable.name])

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "units": self.units,
            "visible": self.visible,
            "hidden": self.hidden,
            "use_hidden_bias": self.use_hidden_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "visible_bias_initializer": keras.initializers.serialize(self.visible_bias_initializer),
            "hidden_bias_initializer": keras.initializers.serialize(self.hidden_bias_initializer),
            "seed": self.seed,
        }

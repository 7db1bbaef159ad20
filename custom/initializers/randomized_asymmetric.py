"""Randomized asymmetric initialisation: weights and bias of a neuron drawn together."""

from typing import Any, NoReturn

import keras
from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Seed, Tensor
from .base import PaperInitializer, columns, integers, normal

STDDEV = 0.6007


class RandomizedAsymmetric:
    """Randomized asymmetric initialisation (RAI), against networks of ReLU that are born dead.

    Formula: for a unit with n inputs, all n weights and the bias are drawn from N(0, s^2 / n), with
    s = 0.6007; then one of these n + 1 numbers, each with the same probability, is replaced by a draw from
    the Beta(2, 1) distribution, whose density is 2 x on (0, 1). So every unit has a positive weight or
    bias, and one that is 0 for all inputs is less likely. 0.6007 solves `s^2 / 2 + (2/3) sqrt(2 / pi) s +
    1/2 = 1`, where 2/3 and 1/2 are E[x] and E[x^2] under Beta(2, 1).

    Keras initialises kernel and bias one by one. This object draws both at once and gives each its
    part: `layer = Dense(units, kernel_initializer=rai.kernel, bias_initializer=rai.bias)`. Both parts hold the
    same seed and n, so that they always belong to one draw, in whatever order they are called, and
    after the layer has been saved and loaded.

    Shapes: the kernel `(..., inputs, units)` with `fan_in` weights for each unit, the bias `(units,)`.

    Args:
        fan_in: n, the number of inputs of a unit without the bias; for a convolution window times
            channels. It cannot be left to the kernel, as the bias needs it too.
        seed: an integer, a `keras.random.SeedGenerator`, from which one integer is drawn at once, or `None`
            (default) for one drawn at random. Layers that share an object, and have one width, start out
            the same: make one for each layer.

    Raises:
        ValueError: a fan_in below 1, or another than the kernel's; a seed of another kind; a dtype that is not
            floating.
        TypeError: the object itself as an initialiser, in place of one of its parts.

    Differences from Keras: Keras has no such initialiser. An integer is kept in the configuration, also where
    the seed was `None`: kernel and bias are saved apart, and must meet again.

    Example:

    >>> import keras
    >>> from custom.initializers import RandomizedAsymmetric
    >>> rai = RandomizedAsymmetric(fan_in=4, seed=0)
    >>> layer = keras.layers.Dense(3, activation="relu", kernel_initializer=rai.kernel, bias_initializer=rai.bias)
    >>> layer.build((None, 4))
    >>> both = keras.ops.concatenate([layer.kernel, layer.bias[None]])
    >>> bool(keras.ops.all(keras.ops.max(both, axis=0) > 0))
    True

    Reference: Lu, Shin, Su and Karniadakis, Dying ReLU and Initialization: Theory and Numerical Examples,
    2019, arXiv:1903.06733, and Communications in Computational Physics 28(5), 2020. That n leaves the
    bias out, and that the bias has the weights' variance, is taken from the routine in circulation under
    the paper's name; whether the paper's experiments used it in every layer is uncertain.
    """

    def __init__(self, fan_in: int, seed: Seed = None) -> None:
        self.fan_in = _checks.count("fan_in", fan_in)
        seed = PaperInitializer(seed).seed
        if not isinstance(seed, int):
            seed = integers([int(word) for word in ops.convert_to_numpy(seed.next())], 1)[0]
        self.seed = seed

    @property
    def kernel(self) -> "RandomizedAsymmetricPart":
        """The initialiser of the kernel."""
        return RandomizedAsymmetricPart("kernel", self.fan_in, self.seed)

    @property
    def bias(self) -> "RandomizedAsymmetricPart":
        """The initialiser of the bias."""
        return RandomizedAsymmetricPart("bias", self.fan_in, self.seed)

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise an error: an initialiser is one of the two parts."""
        raise TypeError(
            f"Received: RandomizedAsymmetric(fan_in={self.fan_in}) as an initialiser. Expected one of its parts, "
            ".kernel or .bias."
        )

    def draw(self, units: int, dtype: str = "float32") -> tuple[Tensor, Tensor]:
        """Kernel, `(fan_in, units)`, and bias, `(units,)`, of one draw."""
        size = self.fan_in + 1, units
        base, place, height = integers(self.seed, 3)
        values = normal(size, STDDEV**2 / self.fan_in, dtype, base)
        chosen = keras.random.randint((units,), 0, size[0], dtype="int32", seed=place)
        # The distribution function is x^2.
        beta = ops.sqrt(keras.random.uniform((units,), dtype=dtype, seed=height))
        values = ops.where(ops.arange(size[0], dtype="int32")[:, None] == chosen, beta, values)
        return values[:-1], values[-1]


@registered
class RandomizedAsymmetricPart(PaperInitializer):
    """The kernel's or the bias's part of a `RandomizedAsymmetric`, which makes it.

    Args:
        part: `"kernel"` or `"bias"`.
        fan_in: as for `RandomizedAsymmetric`.
        seed: an integer.
    """

    def __init__(self, part: str, fan_in: int, seed: Seed) -> None:
        super().__init__(seed)
        self.part = _checks.one_of("part", part, ("kernel", "bias"))
        self.fan_in = _checks.count("fan_in", fan_in)

    def draw(self, shape: tuple[int, ...], dtype: str) -> Tensor:
        joint = RandomizedAsymmetric(self.fan_in, self.seed)
        if self.part == "bias":
            if len(shape) != 1:
                raise ValueError(f"Received: shape={shape} for a bias. Expected (units,).")
            return joint.draw(shape[0], dtype)[1]
        inputs, units = columns(shape)
        if inputs != self.fan_in:
            raise ValueError(f"Received: fan_in={self.fan_in} for a kernel of shape {shape}. Expected fan_in={inputs}.")
        return ops.reshape(joint.draw(units, dtype)[0], shape)

    def get_config(self) -> Config:
        return {**super().get_config(), "part": self.part, "fan_in": self.fan_in}

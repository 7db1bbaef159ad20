"""The two losses of a generative adversarial network."""

from typing import Any

from keras import ops

from .. import _checks
from .._registry import registered
from .._types import Config, Tensor
from .base import PaperLoss, aligned, log_probabilities, mean, wide


@registered
class GANMinimax(PaperLoss):
    """The minimax game of a generative adversarial network: the discriminator's loss or the generator's.

    Formula: `min over G, max over D of V(D, G) = E[log D(x)] + E[log(1 - D(G(z)))]`, with D the
    discriminator's probability that its input is data, G the generator, x data and z noise (book 10.11).
    Each player has a loss to minimise, per example:

    - discriminator: `-log D(x)` for data and `-log(1 - D(G(z)))` for generated examples. Mean over a batch
      of data plus mean over a batch of generated examples is -V.
    - generator: `log(1 - D(G(z)))`, or `-log D(G(z))` with `non_saturating=True`: the same fixed point,
      with gradients where the discriminator wins. Data do not depend on G and cost 0.

    As in a cross-entropy, a soft label y counts both terms, weighted by y and 1 - y.

    Shapes: `y_true` is 1 for data and 0 for generated examples, `y_pred` the discriminator's output of the
    same shape: `(batch, 1)`, `(batch,)`, or more axes (one output per patch). The losses have the shape
    without the last axis, over which they are averaged. One call with data and one with generated
    examples give -V as a sum; one call with both, half each, gives -V / 2.

    Args:
        player: `"discriminator"` (default) or `"generator"`.
        non_saturating: whether the generator maximises log D(G(z)) in place of minimising
            log(1 - D(G(z))). Default `False`.
        from_logits: whether `y_pred` holds logits, not probabilities; the better choice, as a logistic
            output rounds to 0 or 1. Default `False`.
        **kwargs: `name`, `reduction` and `dtype`, as for every Keras loss.

    Raises:
        ValueError: an unknown player; `non_saturating` for the discriminator; shapes that differ.
        TypeError: options that are neither True nor False.

    Differences from Keras: Keras has no such loss. For the discriminator `keras.losses.BinaryCrossentropy`
    is the same formula, with probabilities clipped to [1e-7, 1 - 1e-7]; here only 0 and 1 are, as in
    `MultilabelCrossentropy`. For the generator, the usual BinaryCrossentropy with labels of 1 is the
    non-saturating form; here generated examples keep the label 0.

    Example:

    >>> from custom.losses import GANMinimax
    >>> loss = GANMinimax("discriminator")
    >>> data, generated = [[0.5], [0.8]], [[0.5], [0.2]]
    >>> value = float(loss([[1], [1]], data)) + float(loss([[0], [0]], generated))
    >>> round(value, 4), round(-float(loss.value(data, generated)), 4)
    (0.9163, 0.9163)
    >>> round(float(GANMinimax("generator", non_saturating=True)([[0], [0]], generated)), 4)
    1.1513

    Reference: Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville and Bengio, Generative
    Adversarial Nets, NIPS 2014, arXiv:1406.2661, equation 1 and section 3.
    """

    def __init__(
        self,
        player: str = "discriminator",
        non_saturating: bool = False,
        from_logits: bool = False,
        name: str = "gan_minimax",
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.player = _checks.one_of("player", player, ("discriminator", "generator"))
        self.non_saturating = _checks.boolean("non_saturating", non_saturating)
        self.from_logits = _checks.boolean("from_logits", from_logits)
        if non_saturating and player == "discriminator":
            raise ValueError(
                "Received: player='discriminator', non_saturating=True. Expected non_saturating=False, "
                "as only the generator's loss has two forms."
            )

    def losses(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        y_true, y_pred = aligned(y_true, y_pred)
        data, generated = log_probabilities(y_pred, self.from_logits)
        if self.player == "discriminator":
            losses = -(y_true * data + (1 - y_true) * generated)
        else:
            losses = (1 - y_true) * (-data if self.non_saturating else generated)
        return mean(losses, axis=-1)

    def value(self, data: Tensor, generated: Tensor) -> Tensor:
        """V(D, G) from the discriminator's outputs for data and for generated examples. The game's solution,
        D = 1/2 throughout, has the value -2 log 2.
        """
        data, generated = (wide(ops.convert_to_tensor(y, self.dtype)) for y in (data, generated))
        data, generated = (log_probabilities(y, self.from_logits) for y in (data, generated))
        return ops.cast(mean(data[0]) + mean(generated[1]), self.dtype)

    def get_config(self) -> Config:
        own = ("player", "non_saturating", "from_logits")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}

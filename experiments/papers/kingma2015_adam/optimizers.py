"""Parts that the figures share: the optimizers, the presets that tune them, and the rates of the one that does not."""

from custom.optimizers import AdaDelta, AdaGrad, Adam, Nesterov, RMSProp
from experiments.spec import Choice

OPTIMIZERS = {"adagrad": AdaGrad, "rmsprop": RMSProp, "nesterov": Nesterov, "adadelta": AdaDelta, "adam": Adam}
TUNED = ("reduced", "paper")
# Of images; "words" is of reviews.
OF_PIXELS = Choice(("unit", "identity", "standardize", "mean_image", "image_standardize", "gcn_zca"))


def chosen(*names):
    """Return some of the optimizers, in the order of the figure's legend."""
    return {name: OPTIMIZERS[name] for name in names}


def middle(grid, variants):
    """Return, by variant, the rate in the middle of its grid, as settings of a preset that tunes nothing."""
    return {variant: dict(learning_rate=grid[variant][len(grid[variant]) // 2]) for variant in variants}

"""What the figures share: the optimizers, their names, and the tuning budget."""

from custom.optimizers import AdaDelta, AdaGrad, Adam, Nesterov, RMSProp

OPTIMIZERS = {"adagrad": AdaGrad, "rmsprop": RMSProp, "nesterov": Nesterov, "adadelta": AdaDelta, "adam": Adam}
LABELS = {
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "nesterov": "SGD with Nesterov momentum",
    "adadelta": "AdaDelta",
    "adam": "Adam",
}


def chosen(*names):
    """Some of the optimizers, in the order of the figure's legend."""
    return {name: OPTIMIZERS[name] for name in names}

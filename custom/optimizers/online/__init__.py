"""Online learners of sparse linear models, as Duchi, Hazan and Singer (2011) compare them.

NumPy alone, one example at a time, whatever Keras's backend is.
"""

from custom.optimizers.online.adagrad_fb import AdaGradFB
from custom.optimizers.online.adagrad_rda import AdaGradRDA
from custom.optimizers.online.arow import AROW
from custom.optimizers.online.base import OnlineLearner, RegularizedLearner
from custom.optimizers.online.fobos import FOBOS
from custom.optimizers.online.passive_aggressive import PassiveAggressive
from custom.optimizers.online.rda import RDA

__all__ = [
    "AROW",
    "FOBOS",
    "RDA",
    "AdaGradFB",
    "AdaGradRDA",
    "OnlineLearner",
    "PassiveAggressive",
    "RegularizedLearner",
]

"""Online learners of sparse linear models, as Duchi, Hazan and Singer (2011) compare them.

NumPy alone, one example at a time, whatever Keras's backend is.
"""

from .adagrad_fb import AdaGradFB
from .adagrad_rda import AdaGradRDA
from .arow import AROW
from .base import OnlineLearner, RegularizedLearner
from .fobos import FOBOS
from .passive_aggressive import PassiveAggressive
from .rda import RDA

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

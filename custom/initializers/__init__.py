"""Initialisers: what Keras lacks or truncates, and Keras's own where it is the sources' rule.

The four rules of the slides (004) are `LeCunNormal`, `FanInUniform`, `GlorotUniform` for tanh and
`GlorotUniformSigmoid` for logistic units.
"""

from .fan_in_uniform import FanInUniform
from .glorot_uniform_sigmoid import GlorotUniformSigmoid
from .he_normal import HeNormal
from .keras_initializers import BOOK_FORMULAS, GlorotUniform
from .lecun_normal import LeCunNormal
from .randomized_asymmetric import RandomizedAsymmetric
from .sparse import Sparse
from .unit_norm_columns import UnitNormColumns

__all__ = [
    "BOOK_FORMULAS",
    "FanInUniform",
    "GlorotUniform",
    "GlorotUniformSigmoid",
    "HeNormal",
    "LeCunNormal",
    "RandomizedAsymmetric",
    "Sparse",
    "UnitNormColumns",
]

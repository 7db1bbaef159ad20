"""Initialisers: what Keras lacks or truncates, and Keras's own where it is the sources' rule.

The four rules of the slides (004) are `LeCunNormal`, `FanInUniform`, `GlorotUniform` for tanh and
`GlorotUniformSigmoid` for logistic units.
"""

from custom.initializers.fan_in_uniform import FanInUniform
from custom.initializers.glorot_uniform_sigmoid import GlorotUniformSigmoid
from custom.initializers.he_normal import HeNormal
from custom.initializers.keras_initializers import BOOK_FORMULAS, GlorotUniform
from custom.initializers.lecun_normal import LeCunNormal
from custom.initializers.randomized_asymmetric import RandomizedAsymmetric
from custom.initializers.sparse import Sparse
from custom.initializers.unit_norm_columns import UnitNormColumns

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

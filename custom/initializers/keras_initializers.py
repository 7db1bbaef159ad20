"""Keras's own initialiser that is what the slides state, under this package's name.

It is re-exported, not rewritten: `tests/custom/test_initializers.py` proves it equal to its formula.
`BOOK_FORMULAS` gives the formula to whoever writes documentation.
"""

from keras.initializers import GlorotUniform

__all__ = ["BOOK_FORMULAS", "GlorotUniform"]

# By name: the formula, where it stands, and what Keras's class adds.
BOOK_FORMULAS = {
    "GlorotUniform": (
        "w ~ U(-e, e) with e = sqrt(6 / (n + m)), n (fan_in) the number of inputs and m (fan_out) the number of "
        "outputs of a unit; the variance is 2 / (n + m). For tanh units",
        "slides 004, third rule; Glorot and Bengio 2010, equation 16",
        "The same; the default of Keras's layers. For logistic units GlorotUniformSigmoid has 4 times the limit.",
    ),
}

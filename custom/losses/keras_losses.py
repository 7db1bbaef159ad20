"""Keras's own losses that are what the book's chapter 10 states, under this package's name.

They are re-exported, not rewritten: `tests/custom/test_losses.py` proves each equal to its formula and shows where
it departs. `BOOK_FORMULAS` gives the formula to whoever writes documentation.
"""

from keras.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Hinge,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

__all__ = [
    "BOOK_FORMULAS",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "Hinge",
    "Huber",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
]

MEAN = " In float64 Keras's mean over the outputs goes through float32 on JAX and PyTorch: 6e-8 off."

# By name: the formula, where it stands, and where Keras's class departs from it.
BOOK_FORMULAS = {
    "MeanSquaredError": (
        "L = 1/N sum over i of (y_i - p_i)^2, with y_i the target, p_i the prediction and N the numbers of all "
        "examples; the derivative in p_i is 2 (p_i - y_i) / N",
        "book 10.1",
        "The same, as Keras's mean over the last axis and then over the rest is the mean over all. Half a sum in place "
        "of the mean (6.4) is HalfSquaredError." + MEAN,
    ),
    "MeanAbsoluteError": (
        "L = 1/N sum over i of |y_i - p_i|; the derivative in p_i is sign(p_i - y_i) / N",
        "book 10.2",
        "The same. Where p_i = y_i, which has no derivative, TensorFlow and PyTorch give 0 and JAX gives -1/N." + MEAN,
    ),
    "Huber": (
        "L = (y - p)^2 / 2 for |y - p| <= delta and delta (|y - p| - delta / 2) otherwise, averaged over all numbers; "
        "the derivative in p is p - y clipped to [-delta, delta], divided by their count",
        "book 10.3",
        "The same, with delta = 1 by default. PyTorch's SmoothL1Loss is this divided by delta." + MEAN,
    ),
    "BinaryCrossentropy": (
        "L = -[y log p + (1 - y) log(1 - p)], averaged over the outputs and the batch; the derivative in p is "
        "(p - y) / (p (1 - p)), in the logit z of p it is p - y",
        "book 10.4",
        "Probabilities are clipped to [1e-7, 1 - 1e-7] (keras.config.epsilon()): the loss stays below 16.2, and the "
        "gradient is 0 outside. With from_logits=True nothing is clipped. In float16, where 1 - 1e-7 is 1, a "
        "probability of 1 gives NaN on TensorFlow and JAX: use from_logits=True." + MEAN,
    ),
    "Hinge": (
        "L = max(0, 1 - y f), with y = -1 or 1 and f the score, averaged over the outputs and the batch; the "
        "derivative in f is -y where y f < 1 and 0 where y f > 1",
        "book 10.5",
        "Where all labels of a batch are 0 or 1, Keras takes 2 y - 1 in their place; a single label -1 anywhere leaves "
        "a 0 as it is, with the constant loss 1. At y f = 1, which has no derivative, TensorFlow gives -y, JAX and "
        "PyTorch -y / 2." + MEAN,
    ),
    "CategoricalCrossentropy": (
        "L = - sum over c of y_c log p_c, with y the one-hot target and p the probabilities of the classes, averaged "
        "over the batch; the derivative in p_c is -y_c / p_c, in the logit z_c it is p_c - y_c",
        "book 10.6",
        "Keras divides p by its sum first, and clips to [1e-7, 1 - 1e-7]. The division adds 1 to the derivative in "
        "every p_c (for a p of sum 1); a softmax below takes it away again. With from_logits=True neither is done.",
    ),
    "SparseCategoricalCrossentropy": (
        "L_i = - log p_(i, y_i), with y_i the number of the class of example i, averaged over the batch; derivatives "
        "as of CategoricalCrossentropy with the one-hot target",
        "book 10.7",
        "The same division and clipping as in CategoricalCrossentropy; TensorFlow clips before it divides. Class "
        "numbers pass through the loss's dtype: float16 rounds those above 2,048, bfloat16 above 256.",
    ),
}

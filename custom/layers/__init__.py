"""Layers: what Keras lacks, and Keras's own where it is what the book and the papers state."""

from .keras_layers import (
    BOOK_FORMULAS,
    AlphaDropout,
    AveragePooling2D,
    Conv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
)
from .local_response_normalization import LocalResponseNormalization
from .pretraining import pretrain
from .rbm import RestrictedBoltzmannMachine

__all__ = [
    "BOOK_FORMULAS",
    "AlphaDropout",
    "AveragePooling2D",
    "Conv2D",
    "Flatten",
    "GlobalAveragePooling2D",
    "LocalResponseNormalization",
    "MaxPooling2D",
    "RestrictedBoltzmannMachine",
    "pretrain",
]

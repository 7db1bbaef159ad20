"""Layers: what Keras lacks, and Keras's own where it is what the book and the papers state."""

from custom.layers.keras_layers import (
    BOOK_FORMULAS,
    AlphaDropout,
    AveragePooling2D,
    Conv2D,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
)
from custom.layers.local_response_normalization import LocalResponseNormalization
from custom.layers.pretraining import pretrain
from custom.layers.rbm import RestrictedBoltzmannMachine

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

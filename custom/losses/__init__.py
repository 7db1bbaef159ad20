"""Losses: what Keras lacks or does otherwise than the sources, and Keras's own where it is the book's formula."""

from custom.losses.composite import CompositeLoss
from custom.losses.contrastive import ContrastiveLoss
from custom.losses.gan_minimax import GANMinimax
from custom.losses.half_squared_error import HalfSquaredError
from custom.losses.keras_losses import (
    BOOK_FORMULAS,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Hinge,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from custom.losses.multilabel_crossentropy import MultilabelCrossentropy
from custom.losses.triplet import TripletLoss

__all__ = [
    "BOOK_FORMULAS",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CompositeLoss",
    "ContrastiveLoss",
    "GANMinimax",
    "HalfSquaredError",
    "Hinge",
    "Huber",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "MultilabelCrossentropy",
    "SparseCategoricalCrossentropy",
    "TripletLoss",
]

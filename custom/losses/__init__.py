"""Losses: what Keras lacks or does otherwise than the sources, and Keras's own where it is the book's formula."""

from .composite import CompositeLoss
from .contrastive import ContrastiveLoss
from .gan_minimax import GANMinimax
from .half_squared_error import HalfSquaredError
from .keras_losses import (
    BOOK_FORMULAS,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Hinge,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from .multilabel_crossentropy import MultilabelCrossentropy
from .triplet import TripletLoss

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

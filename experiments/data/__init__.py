"""Named datasets as NumPy arrays with their provenance."""

from experiments.data.catalogue import CATALOGUE, describe, load, require, suit
from experiments.data.dataset import Dataset

__all__ = ["CATALOGUE", "Dataset", "describe", "load", "require", "suit"]

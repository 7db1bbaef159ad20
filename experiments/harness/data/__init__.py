"""Named datasets as NumPy arrays with their provenance."""

from experiments.harness.data.base import Dataset
from experiments.harness.data.catalogue import CATALOGUE, describe, load, require

__all__ = ["CATALOGUE", "Dataset", "describe", "load", "require"]

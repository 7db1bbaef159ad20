"""Recipes by which papers describe a training: a classifier, an ensemble of small nets."""

from experiments.recipes.classifier import classifier, learning_rate
from experiments.recipes.ensemble import ensemble

__all__ = ["classifier", "ensemble", "learning_rate"]

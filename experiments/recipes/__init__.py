"""Recipes by which papers describe a training: a classifier, an ensemble of small nets."""

from experiments.recipes.classifier import classifier, learning_rate
from experiments.recipes.ensemble import ensemble
from experiments.recipes.schedules import InverseSquareRoot

__all__ = ["InverseSquareRoot", "classifier", "ensemble", "learning_rate"]

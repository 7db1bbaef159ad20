"""Activation functions and optimizers in the form their papers give them, as pure Keras 3.

Everything here runs on the TensorFlow, JAX and PyTorch backends, serialises, and depends on
Keras and NumPy only. `KERAS_BACKEND` chooses the backend, as everywhere in Keras.

Importing the package registers every component, so that Keras loads the files that hold them. A project
with a package `custom` of its own imports this one as `activations_and_optimizers`.
"""

# Relative, here and in every module: under its other name the package must not meet another `custom`.
from . import activations, initializers, layers, losses, optimizers, testing

__all__ = ["__version__", "activations", "initializers", "layers", "losses", "optimizers", "testing"]

__version__ = "0.2.0"

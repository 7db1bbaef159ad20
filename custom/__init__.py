"""Activation functions and optimizers in the form their papers give them, as pure Keras 3.

Everything here runs on the TensorFlow, JAX and PyTorch backends, serialises, and depends on
Keras and NumPy only. `KERAS_BACKEND` chooses the backend, as everywhere in Keras.
"""

__version__ = "0.2.0"

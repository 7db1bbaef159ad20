"""PyTorch: a plain loop, on the device that Keras uses."""

import keras
import numpy as np
import torch

COMPILERS = ("auto",)


class Loop:
    """Training and evaluation of one model."""

    compiler = "none"

    def __init__(self, model, optimizer, arrays, compiler="auto"):
        optimizer.build(model.trainable_variables)
        self.model, self.optimizer = model, optimizer
        tensor = keras.ops.convert_to_tensor  # puts it on Keras's device
        self.x, self.y = tensor(arrays.x), tensor(arrays.y)
        self.mean, self.scale = tensor(arrays.mean, "float32"), tensor(arrays.scale, "float32")

    def _inputs(self, x):
        return (x.to(torch.float32) - self.mean) * self.scale

    def _objective(self, x, y, training):
        """Mean loss with the model's own terms, and its gradient with respect to each trainable variable."""
        logits = self.model(self._inputs(x), training=training)
        loss = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True).mean()
        loss = sum(self.model.losses, loss)
        variables = [variable.value for variable in self.model.trainable_variables]
        return loss, torch.autograd.grad(loss, variables, allow_unused=True)

    def steps(self, order):
        """Train on the rows of `order`, one batch of indices each; the sum of their losses."""
        total = 0.0
        for index in keras.ops.convert_to_tensor(order, "int64"):
            loss, gradients = self._objective(self.x[index], self.y[index], training=True)
            with torch.no_grad():
                self.optimizer.apply(gradients, self.model.trainable_variables)
            total += loss.detach()
        return float(total)

    @torch.no_grad()
    def evaluate(self, x, y):
        """Sum of losses and number of errors over one batch of examples."""
        x, y = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(y)
        logits = self.model(self._inputs(x), training=False)
        loss = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True).sum()
        return np.array([float(loss), float((logits.argmax(-1) != y).sum())])

    def gradients(self, x, y):
        """Gradient of the objective over one batch of examples, without randomness, by trainable variable."""
        x, y = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(y)
        variables, (_, gradients) = self.model.trainable_variables, self._objective(x, y, training=False)
        return [np.zeros(v.shape) if g is None else g.cpu().numpy() for v, g in zip(variables, gradients, strict=True)]

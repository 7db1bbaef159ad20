"""PyTorch: a plain loop, on the device that Keras uses."""

import keras
import numpy as np
import torch

from experiments.engine import precision
from experiments.engine.traits import check_convolutions

COMPILERS = ("auto",)


class Loop:
    """Training and evaluation of one model."""

    compiler = "none"

    def __init__(self, model, optimizer, arrays, compiler, task, inputs):
        optimizer.build(model.trainable_variables)
        self.model, self.optimizer, self.task, self.inputs = model, optimizer, task, inputs
        tensor = keras.ops.convert_to_tensor  # puts it on Keras's device
        self.x, self.y = tensor(arrays.x), tensor(arrays.y)
        if self.x.device.type == "cpu":
            check_convolutions(model)

    def _objective(self, x, y, training, scale=lambda loss: loss):
        """Mean loss with the model's own terms, and its gradient with respect to each trainable variable."""
        loss = self.task.loss(y, self.model(x, training=training)).to(torch.float32).mean()
        loss = sum(self.model.losses, loss)
        variables = [variable.value for variable in self.model.trainable_variables]
        return loss, torch.autograd.grad(scale(loss), variables, allow_unused=True)

    def steps(self, order):
        """Train on the rows of `order`, one batch each; return their losses."""
        losses = []
        for rows in keras.ops.convert_to_tensor(order, "int64"):
            index = self.inputs.index(rows)
            x = self.inputs.training(self.x[index], rows)
            loss, gradients = self._objective(x, self.y[index], True, self.optimizer.scale_loss)
            with torch.no_grad():
                self.optimizer.apply(gradients, self.model.trainable_variables)
            losses.append(loss.detach())
        return torch.stack(losses).cpu().numpy().astype("float64")

    @torch.no_grad()
    def evaluate(self, x, y):
        """The task's sums over one batch of examples."""
        x, y = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(y)
        with precision.full(self.model):
            sums = self.task.sums(y, self.model(self.inputs.evaluation(x), training=False))
        return sums.cpu().numpy().astype("float64")

    def put(self, array):
        """Return the array as it is held on the device."""
        return keras.ops.convert_to_tensor(array)

    def finite(self):
        """Tell whether no variable of the model holds a NaN or an infinity."""
        variables = (*self.model.trainable_variables, *self.model.non_trainable_variables)
        return all(bool(torch.isfinite(variable.value).all()) for variable in variables)

    def gradients(self, x, y):
        """Gradient of the objective over one batch of examples, without randomness, by trainable variable."""
        x, y = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(y)
        variables, (_, gradients) = self.model.trainable_variables, self._objective(self.inputs.evaluation(x), y, False)
        return [np.zeros(v.shape) if g is None else g.cpu().numpy() for v, g in zip(variables, gradients, strict=True)]

"""Functions that JAX compiles for one run: step, evaluation, gradient. A stack maps them over its members."""

import jax
import keras
from jax import numpy as jnp

from experiments.engine import precision


def looped(step, state, order, count):
    """Carry out the first `count` steps of an order; return the state, and a loss for each of its rows.

    Args:
        step: of a state and a row; returns the state and the loss, or the losses of several trainings.
        count: where it is traced, one program is for any count; a number is compiled in.
    """

    def body(i, carried):
        state, losses = carried
        state, loss = step(state, order[i])
        return state, losses.at[i].set(loss)

    _, loss = jax.eval_shape(step, state, order[0])
    return jax.lax.fori_loop(0, count, body, (state, jnp.zeros((len(order), *loss.shape), loss.dtype)))


def functions(model, optimizer, task, inputs):
    """Pure functions of the three lists of variables: what trains, what a forward pass changes, the optimizer's.

    Returns:
        `step(state, data, rows)`, which gives the new state and the loss of one batch; `evaluate(trainable,
        non_trainable, x, y)`, the task's sums over a batch; `gradients` of the same arguments, those of
        the objective without randomness; `finite(trainable, non_trainable)`, whether none holds a NaN or an infinity.
    """

    def objective(trainable, non_trainable, x, y, training=True):
        outputs, non_trainable, losses = model.stateless_call(
            trainable, non_trainable, x, training=training, return_losses=True
        )
        return sum(losses, task.loss(y, outputs).astype("float32").mean()), non_trainable

    def scaled(trainable, non_trainable, slots, x, y):
        loss, non_trainable = objective(trainable, non_trainable, x, y)
        with keras.StatelessScope(list(zip(optimizer.variables, slots, strict=True))):
            return optimizer.scale_loss(loss), (loss, non_trainable)

    def step(state, data, rows):
        trainable, non_trainable, slots = state
        x, y = (jnp.take(array, inputs.index(rows), axis=0) for array in data)
        gradient = jax.grad(scaled, has_aux=True)
        gradients, (loss, non_trainable) = gradient(trainable, non_trainable, slots, inputs.training(x, rows), y)
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return (trainable, non_trainable, slots), loss

    def evaluate(trainable, non_trainable, x, y):
        with precision.full(model):
            outputs, _ = model.stateless_call(trainable, non_trainable, inputs.evaluation(x), training=False)
        return task.sums(y, outputs)

    def gradients(trainable, non_trainable, x, y):
        x = inputs.evaluation(x)
        return jax.grad(objective, has_aux=True)(trainable, non_trainable, x, y, training=False)[0]

    def finite(trainable, non_trainable):
        found = [jnp.all(jnp.isfinite(value)) for value in (*trainable, *non_trainable)]
        return jnp.all(jnp.stack([jnp.array(True), *found]))

    return step, evaluate, gradients, finite

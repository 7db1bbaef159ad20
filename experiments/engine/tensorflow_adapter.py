"""TensorFlow: one `tf.function` over the steps of a chunk, data held on the device."""

import contextlib
import functools

import tensorflow as tf

from experiments.engine import fused, precision
from experiments.engine.chunks import padded
from experiments.engine.traits import check_convolutions, has_convolutions, has_randomness

COMPILERS = ("auto", "xla", "graph")


class Loop:
    """Compiled training and evaluation of one model."""

    def __init__(self, model, optimizer, arrays, compiler, task, inputs):
        optimizer.build(model.trainable_variables)
        # Arguments of the function, not captured by it: TensorFlow keeps what a loop captures for as
        # long as the process lives, which is one copy of the data for each run.
        self.data = tf.constant(arrays.x), tf.constant(arrays.y)
        # On a CPU, XLA's convolutions are 5 to 100 times slower than oneDNN's, and its random
        # numbers 3 times slower than TensorFlow's: it pays only for dense nets without either.
        gpu = bool(tf.config.list_physical_devices("GPU"))
        if not gpu:
            check_convolutions(model)
        jit = gpu or not (has_convolutions(model) or has_randomness(model))
        jit = jit if compiler == "auto" else compiler == "xla"
        self.compiler = "XLA" if jit else "TensorFlow graph"
        # XLA compiles a program for each shape: on a CPU for one, in which a step is the same whatever the count. On a
        # GPU for each count, as one that is unknown would have to be fetched from there at every step.
        self.padded = jit and not gpu
        kernels = contextlib.nullcontext if gpu or jit else lambda: fused.normalization(model)

        def objective(x, y, training):
            loss = tf.reduce_mean(tf.cast(task.loss(y, model(x, training=training)), "float32"))
            return tf.add_n([loss, *model.losses])

        def steps(order, count, all_x, all_y):
            losses = tf.zeros([tf.shape(order)[0]])
            last = count if self.padded else tf.shape(order)[0]
            i = tf.constant(0)
            # Not over `tf.range`: XLA makes a constant of how long that is, and compiles again for each other count.
            while i < last:
                index = inputs.index(order[i])
                x, y = inputs.training(tf.gather(all_x, index), order[i]), tf.gather(all_y, index)
                with kernels(), tf.GradientTape() as tape:
                    loss = objective(x, y, training=True)
                    scaled = optimizer.scale_loss(loss)
                variables = [variable.value for variable in model.trainable_variables]
                optimizer.apply(tape.gradient(scaled, variables), model.trainable_variables)
                losses = tf.tensor_scatter_nd_update(losses, [[i]], [loss])
                i += 1
            return losses

        @functools.cache
        def compiled(batch):
            # The size of a batch is known to the graph: it decides how activations are computed.
            order = tf.TensorSpec([None, batch, 5] if arrays.augment else [None, batch], tf.int32)
            signature = [order, tf.TensorSpec([], tf.int32), *map(tf.TensorSpec.from_tensor, self.data)]
            return tf.function(steps, jit_compile=jit, input_signature=signature)

        @tf.function(jit_compile=False, reduce_retracing=True)
        def evaluate(x, y):
            with precision.full(model):
                return task.sums(y, model(inputs.evaluation(x), training=False))

        @tf.function(jit_compile=False, reduce_retracing=True)
        def gradients(x, y):
            with tf.GradientTape() as tape:
                loss = objective(inputs.evaluation(x), y, training=False)
            variables = [variable.value for variable in model.trainable_variables]
            return tape.gradient(loss, variables, unconnected_gradients="zero")

        # Outside of `steps`, whose compiled form would become another one; a function of its own takes longer to trace
        # than it saves.
        def finite():
            values = [v.value for v in (*model.trainable_variables, *model.non_trainable_variables)]
            found = [tf.reduce_all(tf.math.is_finite(value)) for value in values if value.dtype.is_floating]
            return tf.reduce_all(tf.stack([tf.constant(True), *found]))

        self._compiled, self._evaluate, self._gradients, self._finite = compiled, evaluate, gradients, finite

    def steps(self, order):
        """Train on the rows of `order`, one batch each; return their losses."""
        given = tf.constant(padded(order) if self.padded else order)
        losses = self._compiled(order.shape[1])(given, tf.constant(len(order)), *self.data)
        return losses.numpy()[: len(order)].astype("float64")

    def evaluate(self, x, y):
        """The task's sums over one batch of examples."""
        return self._evaluate(tf.constant(x), tf.constant(y)).numpy().astype("float64")

    def put(self, array):
        """Return the array as it is held on the device."""
        return tf.constant(array)

    def finite(self):
        """Tell whether no variable of the model holds a NaN or an infinity."""
        return bool(self._finite())

    def gradients(self, x, y):
        """Gradient of the objective over one batch of examples, without randomness, by trainable variable."""
        return [gradient.numpy() for gradient in self._gradients(tf.constant(x), tf.constant(y))]

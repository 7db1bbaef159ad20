"""Random numbers of 16 bits: half the words that numbers of 32 bits take, where the draw is the cost."""

import keras
from keras import ops

LEVELS = 2**16


def draw(shape, dtype, seed_generator):
    """What `unit` takes: integers of 16 bits, or for float64 its own numbers between 0 and 1."""
    if keras.backend.standardize_dtype(dtype) == "float64":
        return keras.random.uniform(shape, dtype="float64", seed=seed_generator)
    return bits(shape, seed_generator)


def bits(shape, seed_generator):
    """Integers drawn uniformly from the 65,536 of 16 bits, two from each 32-bit word.

    Args:
        shape: of the result; its sizes may be tensors.
        seed_generator: a `keras.random.SeedGenerator`, which is moved on once, as by each of Keras's draws.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        # As Keras does it for its own draws: the operations take a seed of 32 bits.
        seed = tf.cast(tf.math.floormod(seed_generator.next(), tf.int32.max - 1), "int32")
        shape = tf.convert_to_tensor(shape, "int32")
        count = tf.reduce_prod(shape)
        words = tf.random.stateless_uniform([(count + 1) // 2], seed, minval=None, maxval=None, dtype="uint32")
        return tf.reshape(tf.reshape(tf.bitcast(words, tf.uint16), [-1])[:count], shape)
    if backend == "jax":
        import jax

        return jax.random.bits(jax.numpy.asarray(seed_generator.next(), "uint32"), shape, "uint16")
    return keras.random.randint(shape, -LEVELS // 2, LEVELS // 2, "int16", seed_generator)


def unit(drawn):
    """Numbers between 0 and 1 from `draw`, in float32 at least: half precision would make them coarse.

    (k + 1/2) / 65536 for k = 0, ..., 65535, whose mean is 1/2.
    """
    if keras.backend.is_float_dtype(drawn.dtype):
        return drawn
    signed = "uint" not in keras.backend.standardize_dtype(drawn.dtype)
    return ops.cast(drawn, "float32") * (1 / LEVELS) + (0.5 / LEVELS + 0.5 * signed)

"""Kernels of TensorFlow that do in one pass what Keras composes of many, while a training step is traced."""

import contextlib
import functools

import keras
import tensorflow as tf


@contextlib.contextmanager
def normalization(model):
    """While the block runs or is traced, batch normalisation over images is one kernel forward and one backward.

    Keras composes it of some ten passes over the images; on a CPU they take as long as the convolutions. Only
    `BatchNormalization` itself is meant, over the last axis of 4-D inputs, in training and without a mask;
    everything else stays Keras's: other axes and ranks, frozen layers, renormalisation, float64, subclasses.
    """
    layers = [layer for layer in model._flatten_layers() if _plain(layer)]
    for layer in layers:  # in the instance's own dictionary, past Keras's tracker, as nothing of this is the layer's
        vars(layer)["call"] = functools.partial(_call, layer)
    try:
        yield
    finally:
        for layer in layers:
            vars(layer).pop("call", None)


def _plain(layer):
    """Tell whether a layer is Keras's own, and none of its options asks for more than the kernel does."""
    if type(layer) is not keras.layers.BatchNormalization or "call" in vars(layer):
        return False
    return not layer.renorm and not layer.synchronized


def _call(layer, inputs, training=None, mask=None):
    """`BatchNormalization.call`."""
    last = layer.axis in (-1, 3) and inputs.shape.rank == 4
    if not (last and training and layer.trainable and mask is None and inputs.dtype != tf.float64):
        return type(layer).call(layer, inputs, training=training, mask=mask)
    # The kernel computes in float32 from bfloat16 too; from float16 it takes longer than the casts do.
    x = inputs if inputs.dtype == tf.bfloat16 else tf.cast(inputs, "float32")
    channels = tf.shape(layer.moving_mean.value)
    # Not `tf.compat.v1.nn.fused_batch_norm`, which raises an epsilon of 1e-5 to 1.001e-5.
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=x,
        scale=tf.cast(layer.gamma, "float32") if layer.scale else tf.ones(channels),
        offset=tf.cast(layer.beta, "float32") if layer.center else tf.zeros(channels),
        mean=tf.zeros([0]),
        variance=tf.zeros([0]),
        epsilon=layer.epsilon,
        is_training=True,
    )
    # The kernel gives the sum of squares by n - 1 (by 1 where n is 1), Keras's moving variance takes that by n.
    n = tf.cast(tf.reduce_prod(tf.shape(x)[:3]), "float32")
    variance *= tf.maximum(n - 1, 1) / n
    for moving, value in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        old = tf.cast(moving, "float32")
        moving.assign(old * layer.momentum + value * (1.0 - layer.momentum))
    return tf.cast(y, layer.compute_dtype)

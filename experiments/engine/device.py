"""The accelerator that the backend computes on."""

import functools

import keras


@functools.cache
def accelerator():
    """Return the name of the GPU or TPU that the backend uses; `None` on a CPU."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        devices = tf.config.list_physical_devices("GPU")
        return tf.config.experimental.get_device_details(devices[0]).get("device_name") if devices else None
    if backend == "jax":
        import jax

        device = jax.devices()[0]
        return device.device_kind if device.platform != "cpu" else None
    if backend == "torch":
        import torch

        return torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return None

"""The small convolutional net."""

import keras
from keras import layers

from custom.activations import ReLU
from experiments.engine.precision import policy
from experiments.networks.parts import activation_layer
from experiments.seeds import derive


def small_convnet(*, input_shape, classes, seed, maps=(16, 32, 64), precision="float32"):
    """Return a net of two convolutions 3x3 a stage, each normalised over the batch, with ReLU.

    The first convolution of each stage but the first has stride 2. The last stage's maps are averaged over all places,
    and a dense layer follows. Weights start as He et al. scale them; convolutions have no biases.

    Args:
        input_shape: `(height, width, channels)`.
        classes: number of classes.
        seed: integer from which the weights follow.
        maps: of each stage.
        precision: a name of `engine.precision.POLICIES`; logits are float32 under any.

    Returns:
        A model from `(batch, height, width, channels)` to logits `(batch, classes)` in float32.
    """
    precision = policy(precision)
    x = inputs = keras.Input(input_shape)
    for stage, filters in enumerate(maps, start=1):
        for place in (1, 2):
            name, stride = f"stage{stage}_conv{place}", 2 if stage > 1 and place == 1 else 1
            kernel = keras.initializers.HeNormal(derive(seed, name, "kernel"))
            options = dict(padding="same", use_bias=False, kernel_initializer=kernel, name=name, dtype=precision)
            x = layers.Conv2D(filters, 3, stride, **options)(x)
            x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm", dtype=precision)(x)
            x = activation_layer(ReLU, seed, f"{name}_activation", precision)(x)
    x = layers.GlobalAveragePooling2D(name="average", dtype="float32")(x)
    kernel = keras.initializers.HeNormal(derive(seed, "logits", "kernel"))
    outputs = layers.Dense(classes, kernel_initializer=kernel, name="logits", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="small_convnet")

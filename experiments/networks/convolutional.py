"""A convolutional net for small images, with or without normalisation."""

import keras
from keras import layers

from experiments.engine.precision import policy
from experiments.networks.parts import activation_layer, convolution, dense_end


def convolutional_net(function, rule, *, shape, classes, maps, depths, normalised, seed):
    """Return a net of 3x3 convolutions in stages, each followed by the activation; logits from the mean of each map.

    Before every stage but the first, 2x2 max-pooling halves height and width. A normalised net has batch normalisation
    between convolution and activation. Biases start at 0.

    Args:
        function: makes the activation layer.
        rule: of the kernels, a name that `kernel_initializer` takes.
        shape: of an image.
        classes: number of classes.
        maps: by stage, the maps of each convolution.
        depths: by stage, the number of convolutions.
        normalised: whether there is batch normalisation.
        seed: integer from which all weights, random slopes and noise follow.

    Raises:
        ValueError: there are not as many maps as depths.
    """
    precision = policy("float32")
    options = dict(seed=seed, initializer=rule, precision=precision)
    x = inputs = keras.Input(shape)
    number = 0
    if len(maps) != len(depths):
        raise ValueError(f"Received: maps={maps}, depths={depths}. Expected as many depths as maps.")
    for stage, (channels, depth) in enumerate(zip(maps, depths, strict=True), start=1):
        if stage > 1:
            x = layers.MaxPooling2D(2, name=f"pool{stage}")(x)
        for _ in range(depth):
            number += 1
            x = convolution(x, channels, 3, f"conv{number}", **options)
            if normalised:
                x = layers.BatchNormalization(momentum=0.9, name=f"norm{number}")(x)
            x = activation_layer(function, seed, f"conv{number}_activation", precision)(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return dense_end("convolutional_net", inputs, x, function, (), classes, **options)

"""What goes on inside a net of dense layers: gradients and saturation, layer by layer (book 7.7)."""

import math

import numpy as np
from keras import ops

FLAT = 0.05  # of its steepest slope, below which a unit is called saturated
GRID = np.linspace(-12, 12, 24_001)


def signals(model, x, y):
    """Return, by name and hidden layer (from 1), what examples make of a net of `network.dense_net`, in float64.

    `error`: root mean square over examples and units of delta(L) = (W(L+1)^T delta(L+1)) * f'(z(L)), the gradient of
    an example's cross-entropy with respect to what enters the units (book 7.7). `gradient`: Euclidean norm of the
    gradient of the mean cross-entropy with respect to the layer's weights and biases. `saturated`: share of units and
    examples where f' is below a twentieth of the function's steepest slope.

    Args:
        model: the net.
        x: inputs as they enter it.
        y: integer labels.
    """
    dense = [(_array(layer.kernel), _array(layer.bias)) for layer in model.layers if hasattr(layer, "kernel")]
    functions = [layer for layer in model.layers if hasattr(layer, "derivative")]
    steepest = [float(_slopes(f, GRID).max()) for f in functions]
    outputs, slopes = [np.asarray(x, "float64").reshape(len(x), -1)], []
    for (kernel, bias), function in zip(dense, functions, strict=False):
        z = outputs[-1] @ kernel + bias
        slopes.append(_slopes(function, z))
        outputs.append(_array(function(ops.convert_to_tensor(z.astype("float32")))))
    delta = _softmax(outputs[-1] @ dense[-1][0] + dense[-1][1])
    delta[np.arange(len(y)), y] -= 1
    found = {"error": {}, "gradient": {}, "saturated": {}}
    for i in reversed(range(len(functions))):
        delta = (delta @ dense[i + 1][0].T) * slopes[i]
        name = str(i + 1)
        found["error"][name] = math.sqrt(np.mean(delta**2))
        by_weight, by_bias = outputs[i].T @ delta / len(y), delta.mean(0)
        found["gradient"][name] = math.sqrt(np.sum(by_weight**2) + np.sum(by_bias**2))
        found["saturated"][name] = float(np.mean(slopes[i] < FLAT * steepest[i]))
    return {name: dict(reversed(by_layer.items())) for name, by_layer in found.items()}


def _slopes(function, z):
    return _array(function.derivative(ops.convert_to_tensor(z.astype("float32"))))


def _array(x):
    return ops.convert_to_numpy(x).astype("float64")


def _softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)

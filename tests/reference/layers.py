"""The layers of the book's chapter 21 in NumPy float64, forward and backward, as loops over windows.

Nothing here imports `custom` or Keras. Arrays are (batch, height, width, channels) and kernels (filters, channels,
height, width), as in the book; strides are pairs. Where the book's listings break off, the backward pass is the chain
rule on the forward loop.
"""

import numpy as np


def output_size(size, window, stride, padding=0):
    """floor((n + 2 p - k) / s) + 1."""
    return (size + 2 * padding - window) // stride + 1


def padded(x, padding):
    """`x` with `padding` rows and columns of zeros on every side, or (before, after) by axis."""
    rows, columns = ((padding, padding),) * 2 if isinstance(padding, int) else padding
    return np.pad(np.asarray(x, np.float64), ((0, 0), rows, columns, (0, 0)))


def windows(shape, size, strides):
    """For each output position (i, j): the position and the slices of rows and columns that it sees."""
    for i in range(output_size(shape[1], size[0], strides[0])):
        for j in range(output_size(shape[2], size[1], strides[1])):
            top, left = i * strides[0], j * strides[1]
            yield i, j, slice(top, top + size[0]), slice(left, left + size[1])


def _empty(shape, size, strides, channels):
    return np.zeros((shape[0], *(output_size(shape[1 + a], size[a], strides[a]) for a in (0, 1)), channels))


def conv2d(x, kernels, biases, strides, padding):
    """Cross-correlation of the zero-padded input with each kernel, plus its bias (book 21.2.1)."""
    x = padded(x, padding)
    y = _empty(x.shape, kernels.shape[2:], strides, len(kernels))
    for i, j, rows, columns in windows(x.shape, kernels.shape[2:], strides):
        for b in range(len(x)):
            for f in range(len(kernels)):
                y[b, i, j, f] = biases[f]
                for d in range(x.shape[3]):
                    y[b, i, j, f] += np.sum(x[b, rows, columns, d] * kernels[f, d])
    return y


def conv2d_gradients(x, kernels, upstream, strides, padding):
    """Gradients of sum(upstream * y) in the input, the kernels and the biases."""
    wide = padded(x, padding)
    dx, dkernels = np.zeros_like(wide), np.zeros(kernels.shape)
    for i, j, rows, columns in windows(wide.shape, kernels.shape[2:], strides):
        for b in range(len(wide)):
            for f in range(len(kernels)):
                for d in range(wide.shape[3]):
                    dkernels[f, d] += upstream[b, i, j, f] * wide[b, rows, columns, d]
                    dx[b, rows, columns, d] += upstream[b, i, j, f] * kernels[f, d]
    inner = dx[:, padding : padding + x.shape[1], padding : padding + x.shape[2]]
    return inner, dkernels, np.array([upstream[..., f].sum() for f in range(len(kernels))])


def max_pool(x, size, strides):
    """The largest element of each window (book 21.3.1)."""
    y = _empty(x.shape, size, strides, x.shape[3])
    for i, j, rows, columns in windows(x.shape, size, strides):
        for b in range(x.shape[0]):
            for c in range(x.shape[3]):
                y[b, i, j, c] = max(x[b, rows, columns, c].ravel())
    return y


def max_pool_gradient(x, upstream, size, strides):
    """Each upstream value goes to the first largest element of its window, row by row."""
    dx = np.zeros(x.shape)
    for i, j, rows, columns in windows(x.shape, size, strides):
        for b in range(x.shape[0]):
            for c in range(x.shape[3]):
                m, n = divmod(int(np.argmax(x[b, rows, columns, c])), size[1])
                dx[b, rows.start + m, columns.start + n, c] += upstream[b, i, j, c]
    return dx


def average_pool(x, size, strides):
    """The mean of each window (book 21.3.2)."""
    y = _empty(x.shape, size, strides, x.shape[3])
    for i, j, rows, columns in windows(x.shape, size, strides):
        for b in range(x.shape[0]):
            for c in range(x.shape[3]):
                y[b, i, j, c] = sum(x[b, rows, columns, c].ravel()) / (size[0] * size[1])
    return y


def average_pool_gradient(x, upstream, size, strides):
    """Each upstream value is spread evenly over its window."""
    dx = np.zeros(x.shape)
    for i, j, rows, columns in windows(x.shape, size, strides):
        for b in range(x.shape[0]):
            for c in range(x.shape[3]):
                dx[b, rows, columns, c] += upstream[b, i, j, c] / (size[0] * size[1])
    return dx


def global_average_pool(x):
    """The mean of each channel, the two axes kept with size 1 (book 21.3.3)."""
    batch, height, width, channels = x.shape
    y = np.zeros((batch, 1, 1, channels))
    for b in range(batch):
        for c in range(channels):
            y[b, 0, 0, c] = sum(x[b, :, :, c].ravel()) / (height * width)
    return y


def global_average_pool_gradient(x, upstream):
    """upstream / (height width) at every position (book 21.3.3)."""
    return np.ones(x.shape) * upstream / (x.shape[1] * x.shape[2])


def flatten(x):
    """Row by row into one axis, the batch kept (book 21.4)."""
    return np.array([[e for row in image for column in row for e in column] for image in x])


def flatten_gradient(x, upstream):
    """The upstream values in the shape of the input (book 21.4)."""
    return upstream.reshape(x.shape)

"""Keras's own layers that are what the book and the papers state, under this package's name.

They are re-exported, not rewritten: `tests/custom/test_chapter_21.py` and `test_alpha_dropout.py`
prove each equal to its formula. `BOOK_FORMULAS` gives the formula to whoever writes documentation.
"""

from keras.layers import AlphaDropout, AveragePooling2D, Conv2D, Flatten, GlobalAveragePooling2D, MaxPooling2D

__all__ = [
    "BOOK_FORMULAS",
    "AlphaDropout",
    "AveragePooling2D",
    "Conv2D",
    "Flatten",
    "GlobalAveragePooling2D",
    "MaxPooling2D",
]

# By name: the formula, where it stands, and how the source's arguments become Keras's.
BOOK_FORMULAS = {
    "Conv2D": (
        "y[b, i, j, f] = c[f] + sum over m, n, d of x'[b, i s + m, j t + n, d] K[f, d, m, n], a cross-correlation "
        "(the kernel is not flipped) of x', x with p rows and columns of zeros on every side, by strides (s, t); "
        "height floor((H + 2 p - k) / s) + 1, width alike. Backward: dc[f] = sum of g[..., f]; dK[f, d, m, n] = sum "
        "over b, i, j of g[b, i, j, f] x'[b, i s + m, j t + n, d]; dx' adds g[b, i, j, f] K[f] at each window, and "
        "dx is dx' without its border",
        "book 21.2.1 (Convolution2D)",
        "The book's kernels are (filters, channels, height, width): Keras's are their transpose by (2, 3, 1, 0), its "
        "biases (filters,) instead of (filters, 1). The book's padding=p is keras.layers.ZeroPadding2D(p) before "
        "Conv2D(padding='valid'). Keras's padding='same' is that with p = (k - 1) / 2 for an odd kernel and stride 1 "
        "only: with a stride it may pad one row less before than after, and so compute other values. Keras's initial "
        "kernel is Glorot's uniform, the book's 0.01 N(0, 1): kernel_initializer=RandomNormal(stddev=0.01).",
    ),
    "MaxPooling2D": (
        "y[b, i, j, c] = max of x[b, i s : i s + k, j t : j t + l, c]; height floor((H - k) / s) + 1, width alike. "
        "Backward: g[b, i, j, c] goes to the element that was the largest; where windows overlap, contributions add",
        "book 21.3.1 (MaxPooling2D)",
        "The book's stride is Keras's strides, equal to pool_size by default in both; padding='valid'. Among equal "
        "largest elements the first of the window, row by row, takes the whole gradient on the CPU with TensorFlow, "
        "JAX and PyTorch alike; no backend promises it. A window larger than the input, where the book's int() "
        "rounds towards zero and leaves one output, is an error where a model is built.",
    ),
    "AveragePooling2D": (
        "y[b, i, j, c] = mean of x[b, i s : i s + k, j t : j t + l, c]; height floor((H - k) / s) + 1, width alike. "
        "Backward: g[b, i, j, c] / (k l) to every element of the window; where windows overlap, contributions add",
        "book 21.3.2 (AveragePooling2D)",
        "The book's stride is Keras's strides, equal to pool_size by default in both; padding='valid'.",
    ),
    "GlobalAveragePooling2D": (
        "y[b, c] = mean of x[b, :, :, c]. Backward: g[b, c] / (H W) to every position",
        "book 21.3.3 (GlobalAveragePooling2D)",
        "The book keeps the two axes with size 1, which is Keras's keepdims=True; Keras drops them by default. "
        "On JAX and PyTorch Keras takes the mean through float32, so a float64 model has it to 6e-8.",
    ),
    "Flatten": (
        "y[b] = the elements of x[b] in row-major order. Backward: g in the shape of x",
        "book 21.4 (Flatten)",
        "The same for channels_last, Keras's default. For channels_first, Keras first moves the channels last.",
    ),
    "AlphaDropout": (
        "y = a x + b where kept, with probability q = 1 - rate, and a alpha' + b where dropped; alpha' = -lambda alpha "
        "= -1.7580993408473766, the negative saturation of SELU; a = (q + alpha'^2 q (1 - q))^(-1/2), "
        "b = -a (1 - q) alpha'. Zero mean and unit variance stay as they are. The identity at test time",
        "Klambauer, Unterthiner, Mayr and Hochreiter, Self-Normalizing Neural Networks, NIPS 2017, arXiv:1706.02515, "
        "'New dropout technique'",
        "The paper names q, the probability to keep; Keras and PyTorch take 1 - q. PyTorch's AlphaDropout has the same "
        "a, b and alpha'. At rate=1 Keras fails by a division by zero, and PyTorch returns zeros. A dropped infinite "
        "activation becomes NaN (inf times 0).",
    ),
}

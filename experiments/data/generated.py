"""Datasets that stand in for others where nothing may be fetched; a paper's own are in its folder.

Each function returns `(x_train, y_train, x_test, y_test)`, the same arrays every time.
"""

import numpy as np


def reviews(name, words=300, length=60):
    """Return, in place of film reviews, bags of words `(800, 300)` and `(200, 300)` in uint8, labels 0 and 1.

    Of `length` words of a text each is drawn by Zipf's law (the frequency of the k-th word is as 1 / k); one word in
    five is 1.5 times as frequent under one label, another under the other.
    """
    draw = np.random.default_rng(0)
    y = draw.integers(0, 2, 1000).astype("int32")
    lean = draw.permutation(np.repeat([1, -1, 0], [words // 5, words // 5, words - 2 * (words // 5)]))
    frequencies = 1.5 ** np.outer([-0.5, 0.5], lean) / np.arange(1, words + 1)
    frequencies /= frequencies.sum(1, keepdims=True)
    x = (draw.poisson(length * frequencies[y]) > 0).astype("uint8")
    return x[:800], y[:800], x[800:], y[800:]

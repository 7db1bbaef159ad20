"""From an array's rows to what enters the network: scaling, and augmentation while training."""

import dataclasses

import numpy as np
from keras import ops, random

from experiments.errors import UsageError
from experiments.seeds import derive


@dataclasses.dataclass(frozen=True)
class Augment:
    """Random changes to the images of a training batch, after scaling.

    What is drawn for the n-th example of an epoch is a function of (seed, epoch, n), on every backend
    the same but for the values of the noise.

    Attributes:
        pad: rows and columns of zeros on each side before a crop.
        crop: height and width of a random crop, and of the central one in evaluation; `None`: the image's own.
        flip: whether half the images are mirrored, left to right.
        noise: standard deviation of Gaussian noise on the scaled inputs.
    """

    pad: int = 0
    crop: int | None = None
    flip: bool = False
    noise: float = 0.0

    def check(self, shape):
        """Refuse what cannot be done with images of this shape."""
        if self.pad < 0 or self.noise < 0:
            raise UsageError(f"Received: {self}. Expected pad and noise of 0 or more.")
        if (self.pad or self.crop or self.flip) and len(shape) != 3:
            raise UsageError(f"Received: {self} for inputs of shape {shape}. Expected (height, width, channels).")
        if self.crop is not None and not 1 <= self.crop <= min(shape[:2]) + 2 * self.pad:
            raise UsageError(f"Received: {self} for inputs of shape {shape}. Expected a crop that fits.")

    def size(self, shape):
        """Height and width of what comes out."""
        return shape[:2] if self.crop is None else (self.crop, self.crop)

    def draws(self, seed, epoch, n, shape):
        """For `n` examples: first row and column of the crop, whether mirrored, and a seed, as int32 `(n, 4)`."""
        draw = np.random.default_rng([derive(seed, "augmentation"), int(epoch)])
        room = [1, 1]
        if len(shape) == 3:
            room = [side + 2 * self.pad - cut + 1 for side, cut in zip(shape[:2], self.size(shape), strict=True)]
        corners = draw.integers(0, room, (n, 2))
        mirrored = draw.integers(0, 2, (n, 1)) * self.flip
        return np.concatenate([corners, mirrored, draw.integers(0, 2**31 - 1, (n, 1))], axis=1).astype("int32")

    def __call__(self, x, draws):
        """`x` `(batch, height, width, channels)`, changed as `draws` say."""
        if self.pad or self.crop is not None or self.flip:
            x = self._cut(x, draws)
        if self.noise:
            x = x + self.noise * random.normal(ops.shape(x), seed=_Drawn(draws))
        return x

    def _cut(self, x, draws):
        """One gather of pixels: crop, zeros beside the image, mirror."""
        n, (height, width, channels) = ops.shape(x)[0], x.shape[1:]
        rows, columns = (np.arange(side, dtype="int32")[None] for side in self.size((height, width)))
        mirrored = draws[:, 2:3]
        columns = mirrored * (columns.size - 1 - 2 * columns) + columns
        rows = (draws[:, 0:1] + rows - self.pad)[:, :, None]
        columns = (draws[:, 1:2] + columns - self.pad)[:, None, :]
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        first = ops.reshape(ops.arange(n, dtype="int32") * (height * width), (-1, 1, 1))
        pixels = first + ops.clip(rows, 0, height - 1) * width + ops.clip(columns, 0, width - 1)
        cut = ops.take(ops.reshape(x, (-1, channels)), pixels, axis=0)
        return cut * ops.cast(inside, x.dtype)[..., None]


class _Drawn(random.SeedGenerator):
    """In place of a generator, which counts: the seed of one step's noise, from its draws."""

    def __init__(self, draws):
        self.pair = ops.cast(ops.stack([draws[0, 3], draws[-1, 3]]), "uint32")

    def next(self, ordered=True):
        return self.pair


class Inputs:
    """The way of a run's arrays into the network.

    Args:
        arrays: an `Arrays`.
    """

    def __init__(self, arrays):
        self.mean, self.scale = (np.asarray(a, "float32") for a in (arrays.mean, arrays.scale))
        self.augment, self.shape = arrays.augment, tuple(arrays.x.shape[1:])
        if self.augment:
            self.augment.check(self.shape)

    def order(self, seed, epoch, order):
        """Rows of a step's `order`, int32 `(steps, batch)`; with augmentation `(steps, batch, 5)`, its draws beside."""
        if not self.augment:
            return order
        draws = self.augment.draws(seed, epoch, order.size, self.shape)
        return np.concatenate([order[..., None], draws.reshape(*order.shape, -1)], axis=-1)

    def index(self, rows):
        """The examples of one step."""
        return rows[:, 0] if self.augment else rows

    def scaled(self, x):
        return (ops.cast(x, "float32") - self.mean) * self.scale

    def training(self, x, rows):
        """Inputs of one step."""
        x = self.scaled(x)
        return self.augment(x, rows[:, 1:]) if self.augment else x

    def evaluation(self, x):
        """Inputs without randomness: scaled, and the centre where training takes crops."""
        x = self.scaled(x)
        if self.augment and self.augment.crop is not None:
            x = self._centre(x)
        return x

    def _centre(self, x):
        crop, pad = self.augment.crop, max(0, max(self.augment.crop - side for side in self.shape[:2]))
        x = ops.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0))) if pad else x
        top, left = ((side + 2 * pad - crop) // 2 for side in self.shape[:2])
        return x[:, top : top + crop, left : left + crop]

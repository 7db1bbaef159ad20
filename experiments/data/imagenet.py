"""ImageNet (ILSVRC-2012) in batches: 1.2 million images of every size, too many for arrays in memory."""

import itertools

import numpy as np

from experiments.data.catalogue import require
from experiments.errors import UsageError
from experiments.seeds import derive

SIDE, CROP = 256, 224
NAME = "imagenet2012"


def batches(split, batch_size, *, training=False, seed=0, epoch=1, patches=1, examples=None):
    """Batches of images and labels, prepared as section 2 and 4.1 of the paper say.

    Each image is scaled so that its shorter side has 256 pixels, and its central 256x256 pixels are
    kept. For training a random 224x224 crop of them is taken, mirrored or not; for evaluation the
    central crop, or all ten that the paper averages over: four corners and the centre, each mirrored
    too. The paper also subtracts each pixel's mean over the training set, and adds multiples of the
    colours' principal components; neither is done here.

    Args:
        split: `"train"` or `"validation"`; the test set's labels are not public.
        batch_size: images of a batch; the last, smaller one is left out while training.
        training: whether crops are random.
        seed, epoch: random crops, and the order in which files are read, follow from them.
        patches: 1, or 10 crops of each image while evaluating.
        examples: pairs of an image, uint8 `(height, width, 3)`, and a label. Default: TensorFlow
            Datasets' `imagenet2012`.

    Yields:
        Images, uint8 `(batch, 224, 224, 3)`, or `(batch, 10, 224, 224, 3)`, and labels, int32.

    Raises:
        DatasetMissing: the data are not on this machine; the message says how to get them.
        UsageError: another split or number of patches; random crops of which ten are asked for.
    """
    if split not in ("train", "validation"):
        raise UsageError(f"Received: split={split!r}. Expected 'train' or 'validation'.")
    if batch_size < 1 or patches not in (1, 10) or (training and patches == 10):
        raise UsageError(
            f"Received: batch_size={batch_size}, patches={patches}, training={training}. Expected at least 1, and 1 "
            "patch, or 10 for evaluation."
        )
    if examples is None:
        require(NAME)
        examples = _read(split, training, derive(seed, "files", epoch))
    draw = np.random.default_rng([derive(seed, "crops"), epoch])
    return _batches(iter(examples), batch_size, training, draw, patches)


def _batches(examples, batch_size, training, draw, patches):
    while chunk := list(itertools.islice(examples, batch_size)):
        if training and len(chunk) < batch_size:
            return
        squares = [central_square(image) for image, _ in chunk]
        if training:
            images = [random_crop(square, draw) for square in squares]
        else:
            images = [square_crops(square)[0 if patches == 1 else slice(None)] for square in squares]
        yield np.stack(images), np.array([label for _, label in chunk], "int32")


def _read(split, training, seed):
    import tensorflow_datasets as tfds

    config = tfds.ReadConfig(shuffle_seed=seed)
    data = tfds.load(
        NAME, split=split, download=False, as_supervised=True, shuffle_files=training, read_config=config
    )  # fmt: skip
    return tfds.as_numpy(data)


def central_square(image):
    """The image with a shorter side of 256 pixels (bilinear), cut to its central 256x256."""
    from PIL import Image

    height, width = image.shape[:2]
    scale = SIDE / min(height, width)
    size = max(SIDE, round(width * scale)), max(SIDE, round(height * scale))
    scaled = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))
    top, left = (scaled.shape[0] - SIDE) // 2, (scaled.shape[1] - SIDE) // 2
    return scaled[top : top + SIDE, left : left + SIDE]


def random_crop(square, draw):
    """A random 224x224 part, mirrored with probability 1/2."""
    top, left = draw.integers(0, SIDE - CROP + 1, 2)
    part = square[top : top + CROP, left : left + CROP]
    return part[:, ::-1] if draw.integers(2) else part


def square_crops(square):
    """The ten parts of 224x224: centre and four corners, then the same mirrored."""
    middle, end = (SIDE - CROP) // 2, SIDE - CROP
    corners = ((middle, middle), (0, 0), (0, end), (end, 0), (end, end))
    parts = np.stack([square[top : top + CROP, left : left + CROP] for top, left in corners])
    return np.concatenate([parts, parts[:, :, ::-1]])

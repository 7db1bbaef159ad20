"""ImageNet's loader, on a few made-up images: sizes, crops, batches, and what it says where there are no data."""

import sys
import types

import numpy as np
import pytest

from experiments import data
from experiments.data import imagenet
from experiments.errors import DatasetMissing, UsageError


def examples(n=5):
    """Images of several sizes whose red rises from row to row and whose green from column to column."""
    for label, (height, width) in enumerate(((300, 400), (500, 281), (256, 256), (200, 100), (64, 640))[:n]):
        image = np.zeros((height, width, 3), "uint8")
        image[..., 0] = np.linspace(0, 255, height)[:, None]
        image[..., 1] = np.linspace(0, 255, width)
        yield image, label


def test_the_shorter_side_has_256_pixels_and_the_centre_is_kept():
    for image, _ in examples():
        square = imagenet.central_square(image)
        assert square.shape == (256, 256, 3) and square.dtype == "uint8"
        height, width = image.shape[:2]
        for channel, side, other in ((0, height, width), (1, width, height)):
            line = square.mean(axis=1 - channel)[:, channel]
            share = min(1, other / side)  # of the side that is left
            assert line[0] == pytest.approx(255 * (1 - share) / 2, abs=3)
            assert line[-1] == pytest.approx(255 * (1 + share) / 2, abs=3)


def test_evaluation_takes_the_centre_or_ten_crops():
    square = imagenet.central_square(next(examples())[0])
    ((one, labels),) = imagenet.batches("validation", 8, examples=examples())
    ((ten, _),) = imagenet.batches("validation", 8, patches=10, examples=examples())
    assert one.shape == (5, 224, 224, 3) and ten.shape == (5, 10, 224, 224, 3)
    assert one.dtype == "uint8" and labels.dtype == "int32" and labels.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(one, ten[:, 0])
    np.testing.assert_array_equal(one[0], square[16:240, 16:240])
    corners = (square[:224, :224], square[:224, 32:], square[32:, :224], square[32:, 32:])
    np.testing.assert_array_equal(ten[0, 1:5], np.stack(corners))
    np.testing.assert_array_equal(ten[0, 5:], ten[0, :5, :, ::-1])


def test_training_crops_follow_from_seed_and_epoch():
    def crops(**options):
        return np.concatenate(
            [x for x, _ in imagenet.batches("train", 2, training=True, examples=examples(), **options)]
        )

    first = crops(seed=1, epoch=2)
    assert first.shape == (4, 224, 224, 3)  # the fifth image would be an incomplete batch
    np.testing.assert_array_equal(first, crops(seed=1, epoch=2))
    assert not np.array_equal(first, crops(seed=1, epoch=3)) and not np.array_equal(first, crops(seed=2, epoch=2))


def test_random_crops_are_everywhere_and_half_are_mirrored():
    square = np.zeros((256, 256, 3), "uint8")
    square[..., 0], square[..., 1] = np.arange(256)[:, None], np.arange(256)
    draw = np.random.default_rng(0)
    crops = [imagenet.random_crop(square, draw) for _ in range(600)]
    assert {int(crop[0, 0, 0]) for crop in crops} == set(range(33))
    assert {int(crop[0, :, 1].min()) for crop in crops} == set(range(33))
    assert 0.4 < np.mean([crop[0, 0, 1] > crop[0, -1, 1] for crop in crops]) < 0.6


def test_tensorflow_datasets_is_asked_for_the_split(monkeypatch):
    calls = []

    def load(name, **options):
        calls.append((name, options))
        return list(examples())

    fake = types.SimpleNamespace(load=load, as_numpy=iter, ReadConfig=lambda shuffle_seed: shuffle_seed)
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", fake)
    monkeypatch.setattr(imagenet, "require", lambda name: None)
    assert sum(len(x) for x, _ in imagenet.batches("validation", 2)) == 5
    assert len(list(imagenet.batches("train", 2, training=True, seed=3))) == 2
    (name, evaluation), (_, training) = calls
    assert name == "imagenet2012" and evaluation["split"] == "validation" and training["split"] == "train"
    assert not evaluation["shuffle_files"] and training["shuffle_files"] and not training["download"]
    assert training["read_config"] != evaluation["read_config"]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("test", 2, {}), "split='test'"),
        (("train", 0, {}), "batch_size=0"),
        (("train", 2, {"patches": 5}), "patches=5"),
        (("train", 2, {"patches": 10, "training": True}), "patches=10, training=True"),
    ],
)
def test_bad_arguments_are_quoted(arguments, words):
    split, size, options = arguments
    with pytest.raises(UsageError, match=words):
        next(imagenet.batches(split, size, **options, examples=examples()))


def test_absent_data_say_how_to_get_them_and_present_ones_how_to_read_them(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(DatasetMissing, match="147000 MB.*image-net.org.*tfds build imagenet2012"):
        next(imagenet.batches("train", 2))
    with pytest.raises(DatasetMissing, match="tfds build imagenet2012"):
        data.load("imagenet2012")
    place = tmp_path / "imagenet2012" / "5.1.0"
    place.mkdir(parents=True)
    (place / "dataset_info.json").write_text("{}")
    assert data.describe("imagenet2012")["present"]
    with pytest.raises(UsageError, match="does not fit into memory.*imagenet.batches"):
        data.load("imagenet2012")

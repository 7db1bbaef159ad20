"""Scaling and augmentation, against plain NumPy."""

import numpy as np
import pytest
from keras import ops

from custom.optimizers import GradientDescent
from experiments import engine
from experiments.engine.inputs import Augment, Inputs
from experiments.errors import UsageError
from tests.doubles import images
from tests.nets import adapter, digits, perceptron, train
from tests.runs.test_checkpoint import Kept

MEAN, SCALE = np.array([100.0, 120.0, 140.0]), np.array([0.01, 0.02, 0.03])


def arrays(shape=(6, 8, 3), n=5, **options):
    x, y = images(n, shape)
    return engine.Arrays(x, y, {"test": (x, y)}, MEAN, SCALE, Augment(**options))


def by_numpy(x, draws, augment):
    """The definition, image by image: scale, pad with zeros, cut, mirror."""
    out = []
    for image, (top, left, mirrored, _) in zip(x, draws, strict=True):
        image = (image.astype("float32") - MEAN.astype("float32")) * SCALE.astype("float32")
        height, width = (augment.crop,) * 2 if augment.crop else image.shape[:2]
        image = np.pad(image, ((augment.pad,) * 2, (augment.pad,) * 2, (0, 0)))
        image = image[top : top + height, left : left + width]
        out.append(image[:, ::-1] if mirrored else image)
    return np.array(out)


@pytest.mark.parametrize(
    "options",
    [{"pad": 2}, {"flip": True}, {"crop": 4}, {"pad": 3, "crop": 5, "flip": True}, {"pad": 2, "crop": 9, "flip": True}],
)
def test_crops_and_mirror_images_are_those_of_numpy(options):
    given = arrays(n=40, **options)
    inputs, order = Inputs(given), np.arange(40, dtype="int32")[None]
    (rows,) = inputs.order(3, 2, order)
    assert rows.shape == (40, 5) and rows[:, 0].tolist() == order[0].tolist()
    found = inputs.training(ops.convert_to_tensor(given.x), ops.convert_to_tensor(rows))
    np.testing.assert_allclose(ops.convert_to_numpy(found), by_numpy(given.x, rows[:, 1:], given.augment), rtol=1e-6)
    # Every place of the crop, and both directions, are drawn.
    side = [s + 2 * given.augment.pad - cut + 1 for s, cut in zip((6, 8), given.augment.size((6, 8)), strict=True)]
    assert [rows[:, 1].max(), rows[:, 2].max()] == [s - 1 for s in side] and rows[:, 1:3].min() == 0
    assert set(rows[:, 3]) == ({0, 1} if given.augment.flip else {0})


def test_what_is_drawn_follows_from_seed_epoch_and_place():
    inputs = Inputs(arrays(n=40, pad=4, flip=True, noise=0.1))
    order = np.arange(40, dtype="int32")
    first = inputs.order(1, 1, order.reshape(4, 10))
    assert np.array_equal(first, inputs.order(1, 1, order.reshape(4, 10)))
    assert np.array_equal(first.reshape(40, 5), inputs.order(1, 1, order.reshape(8, 5)).reshape(40, 5))
    for seed, epoch in ((1, 2), (2, 1)):
        assert (first != inputs.order(seed, epoch, order.reshape(4, 10))).mean() > 0.3


@pytest.mark.parametrize(("crop", "expected"), [(4, (slice(1, 5), slice(2, 6))), (None, (slice(None),) * 2)])
def test_evaluation_sees_the_centre_and_no_randomness(crop, expected):
    given = arrays(crop=crop, flip=True, noise=0.5)
    found = ops.convert_to_numpy(Inputs(given).evaluation(ops.convert_to_tensor(given.x)))
    scaled = (given.x.astype("float32") - MEAN.astype("float32")) * SCALE.astype("float32")
    np.testing.assert_allclose(found, scaled[:, expected[0], expected[1]], rtol=1e-6)


def test_a_crop_larger_than_the_image_is_padded_in_evaluation():
    given = arrays(shape=(6, 6, 3), pad=2, crop=8)
    found = ops.convert_to_numpy(Inputs(given).evaluation(ops.convert_to_tensor(given.x)))
    assert found.shape == (5, 8, 8, 3) and (found[:, 0] == 0).all() and (found[:, 1:7, 1:7] != 0).mean() > 0.9


def test_noise_has_its_deviation_and_repeats_with_its_seed():
    given = arrays(n=40, noise=0.5)
    inputs = Inputs(given)
    (one,), (two,) = (inputs.order(0, epoch, np.arange(40, dtype="int32")[None]) for epoch in (1, 2))
    x = ops.convert_to_tensor(given.x)
    plain = ops.convert_to_numpy(inputs.evaluation(x))
    a, b, c = (ops.convert_to_numpy(inputs.training(x, ops.convert_to_tensor(r))) - plain for r in (one, one, two))
    assert np.array_equal(a, b) and (a != c).mean() > 0.99
    assert a.std() == pytest.approx(0.5, rel=0.05) and abs(a.mean()) < 0.02
    single = inputs.training(x[:1], ops.convert_to_tensor(one[:1]))  # a batch of one has a seed too
    assert np.isfinite(ops.convert_to_numpy(single)).all()


@pytest.mark.slow
def test_augmented_training_learns_repeats_and_goes_on_bit_for_bit():
    given = digits()
    given = engine.Arrays(given.x, given.y, given.splits, given.mean, given.scale, Augment(pad=1, flip=True, noise=0.1))
    plan = engine.Plan(epochs=3, batch_size=4, seed=3)

    def rows(kept=None):
        found = list(train(perceptron(hidden=[32]), GradientDescent(0.1), given, plan, checkpoint=kept))
        return [{k: v for k, v in row.items() if k != "seconds"} for row in found]

    alone, kept = rows(), Kept(stop=4)
    assert alone[-1]["train_loss"] < 0.9 * alone[0]["train_loss"]
    with pytest.raises(KeyboardInterrupt):
        rows(kept)
    assert rows(kept) == alone


@pytest.mark.slow
def test_another_augmentation_is_another_step():
    losses = set()
    for options in ({}, {"pad": 1}, {"flip": True}, {"noise": 0.1}):
        given = digits()
        given = engine.Arrays(given.x, given.y, {}, given.mean, given.scale, Augment(**options) if options else None)
        (row,) = train(perceptron(), GradientDescent(0.05), given, engine.Plan(1, 20, 0))
        losses.add(row["objective"])
    assert len(losses) == 4


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({"pad": -1}, (8, 8, 3)),
        ({"noise": -0.1}, (8,)),
        ({"flip": True}, (8,)),
        ({"crop": 9}, (8, 8, 3)),
        ({"crop": 0}, (8, 8, 3)),
    ],
)
def test_what_does_not_fit_is_refused_with_what_came_in(options, shape):
    with pytest.raises(UsageError, match=r"Received: Augment\(.*Expected"):
        Augment(**options).check(shape)


def test_without_augmentation_nothing_is_added():
    inputs, order = Inputs(digits()), np.arange(8, dtype="int32").reshape(2, 4)
    assert inputs.order(0, 1, order) is order and adapter().COMPILERS[0] == "auto"

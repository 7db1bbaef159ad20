"""The table of losses: a row added here goes through every test of its kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

import custom.losses as ours
from tests.reference import losses as oracle

INF, NAN = float("inf"), float("nan")
RNG = np.random.default_rng(0)
BATCH = 6


@dataclass(frozen=True)
class LossCase:
    """A loss, data for it, and what it must give for them.

    `value(y_true, y_pred)` is the loss of each example, `gradient` the derivative of their sum. The data
    hold in bfloat16, so that each dtype sees the same numbers.
    """

    id: str
    make: Callable
    y_true: np.ndarray
    y_pred: np.ndarray
    value: Callable
    gradient: Callable
    config: dict = field(default_factory=dict)
    output: str = "linear"  # the activation that gives a net the outputs of this loss
    absolute: float = 4.0  # absolute tolerance in units of the dtype's epsilon, where terms cancel
    keras_mean: bool = False  # averaged over the outputs by Keras: in float64 to float32's digits on JAX and PyTorch


def coarse(x):
    """`x` rounded to eighths: exact in every dtype."""
    return np.round(8 * np.asarray(x, np.float64)) / 8


def normal(*shape):
    return coarse(RNG.normal(size=shape) * 1.5)


def labels(*shape):
    return RNG.integers(0, 2, size=shape).astype("float64")


def probabilities(*shape):
    return RNG.integers(1, 64, size=shape) / 64


def distributions(*shape):
    """Rows of sum 1, in 64ths."""
    cuts = np.sort(RNG.permuted(np.tile(np.arange(1, 64), (shape[0], 1)), axis=1)[:, : shape[1] - 1], axis=1)
    return np.diff(cuts, axis=1, prepend=0, append=64) / 64


def case(id, make, y_true, y_pred, name, config=None, *, arguments=None, **more):
    """A row whose oracles are `name` and `name_gradient`."""
    value, gradient = (partial(getattr(oracle, n), **arguments or {}) for n in (name, f"{name}_gradient"))
    return LossCase(id, make, y_true, y_pred, value, gradient, config or {}, **more)


def embedding_case(id, make, value, gradient, y_true, y_pred, config):
    # Distances of up to 40 cancel against each other and the margin.
    return LossCase(id, make, y_true, y_pred, value, gradient, config, absolute=64)


def image_case():
    y_true, y_pred = normal(BATCH, 2, 3, 2), normal(BATCH, 2, 3, 2)
    value = partial(oracle.half_squared_error, axes=(1, 2, 3))
    make = partial(ours.HalfSquaredError, axis=(1, 2, 3))
    return LossCase(
        "half_squared_error_image",
        make,
        y_true,
        y_pred,
        value,
        oracle.half_squared_error_gradient,
        {"axis": (1, 2, 3)},
        absolute=64,
    )


def gan_case(id, name, config, **more):
    y_pred = normal(BATCH, 1) if config["from_logits"] else probabilities(BATCH, 1)
    y_true = np.array([1.0, 0, 0, 1, 0, 1])[:, None]
    output = "linear" if config["from_logits"] else "sigmoid"
    return case(
        id,
        partial(ours.GANMinimax, **config),
        y_true,
        y_pred,
        name,
        config,
        output=output,
        **more,
    )


TRIPLETS = normal(BATCH, 3, 4)
PAIRS = np.concatenate([normal(4, 2, 4), coarse(normal(2, 1, 4) + [[[0.25] * 4, [0.5] * 4]] * np.ones((2, 2, 4)))])
SIMILAR = np.array([0.0, 1, 0, 1, 1, 0])
HALF = (oracle.half_squared_error, oracle.half_squared_error_gradient)
SOFTMAX = (oracle.softmax_crossentropy, oracle.softmax_crossentropy_gradient)
ABSOLUTE = (oracle.mean_absolute_error, oracle.mean_absolute_error_gradient)
HINGE = (oracle.hinge, oracle.hinge_gradient)
DISCRIMINATOR = {"player": "discriminator", "non_saturating": False}

LOSSES = [
    case(
        "half_squared_error",
        ours.HalfSquaredError,
        normal(BATCH, 5),
        normal(BATCH, 5),
        "half_squared_error",
        {"axis": -1},
        absolute=32,
    ),
    image_case(),
    case(
        "multilabel",
        ours.MultilabelCrossentropy,
        labels(BATCH, 5),
        probabilities(BATCH, 5),
        "binary_crossentropy",
        {"from_logits": False},
        output="sigmoid",
    ),
    case(
        "multilabel_logits",
        partial(ours.MultilabelCrossentropy, from_logits=True),
        labels(BATCH, 3, 5),
        normal(BATCH, 3, 5),
        "logit_crossentropy",
        {"from_logits": True},
    ),
    case(
        "multilabel_soft",
        partial(ours.MultilabelCrossentropy, from_logits=True),
        probabilities(BATCH, 5),
        normal(BATCH, 5),
        "logit_crossentropy",
        {"from_logits": True},
    ),
    embedding_case(
        "triplet",
        ours.TripletLoss,
        lambda y, p: oracle.triplet(p, 0.2),
        lambda y, p: oracle.triplet_gradient(p, 0.2),
        np.zeros(BATCH),
        TRIPLETS,
        {"margin": 0.2},
    ),
    embedding_case(
        "triplet_wide",
        partial(ours.TripletLoss, 3),
        lambda y, p: oracle.triplet(p, 3.0),
        lambda y, p: oracle.triplet_gradient(p, 3.0),
        np.zeros((BATCH, 1)),
        TRIPLETS,
        {"margin": 3.0},
    ),
    embedding_case(
        "contrastive",
        ours.ContrastiveLoss,
        partial(oracle.contrastive, margin=1.0),
        partial(oracle.contrastive_gradient, margin=1.0),
        SIMILAR,
        PAIRS,
        {"margin": 1.0},
    ),
    embedding_case(
        "contrastive_wide",
        partial(ours.ContrastiveLoss, margin=4),
        lambda y, p: oracle.contrastive(y[:, 0], p, 4.0),
        lambda y, p: oracle.contrastive_gradient(y[:, 0], p, 4.0),
        SIMILAR[:, None],
        PAIRS,
        {"margin": 4.0},
    ),
    case(
        "composite",
        lambda **kw: ours.CompositeLoss(
            ours.HalfSquaredError(), ours.CategoricalCrossentropy(from_logits=True), 2, regression_weight=0.75, **kw
        ),
        np.concatenate([normal(BATCH, 2), np.eye(3)[RNG.integers(0, 3, BATCH)]], axis=1),
        normal(BATCH, 5),
        "composite",
        {"regression_outputs": 2, "regression_weight": 0.75},
        arguments={"split": 2, "weight": 0.75, "regression": HALF, "classification": SOFTMAX},
        absolute=32,
    ),
    case(
        "composite_names",
        partial(ours.CompositeLoss, "mean_absolute_error", "Hinge", 3),
        np.concatenate([normal(BATCH, 3), 2 * labels(BATCH, 2) - 1], axis=1),
        normal(BATCH, 5) + 1 / 16,
        "composite",
        {"regression_outputs": 3, "regression_weight": 1.0},
        arguments={"split": 3, "weight": 1.0, "regression": ABSOLUTE, "classification": HINGE},
        keras_mean=True,
    ),
    gan_case("discriminator", "binary_crossentropy", {**DISCRIMINATOR, "from_logits": False}),
    gan_case("discriminator_logits", "logit_crossentropy", {**DISCRIMINATOR, "from_logits": True}),
    gan_case("generator", "generator", {"player": "generator", "non_saturating": False, "from_logits": False}),
    gan_case(
        "generator_logits", "generator_logits", {"player": "generator", "non_saturating": False, "from_logits": True}
    ),
    gan_case("non_saturating", "non_saturating", {"player": "generator", "non_saturating": True, "from_logits": False}),
    gan_case(
        "non_saturating_logits",
        "non_saturating_logits",
        {"player": "generator", "non_saturating": True, "from_logits": True},
    ),
]

# Keras's own, away from where they depart from the book's formula: test_losses.py has those places.
CLASSES = RNG.integers(0, 4, BATCH)
KERAS_LOSSES = [
    case("mse", ours.MeanSquaredError, normal(BATCH, 3, 5), normal(BATCH, 3, 5), "mean_squared_error", keras_mean=True),
    case(
        "mae",
        ours.MeanAbsoluteError,
        normal(BATCH, 5),
        normal(BATCH, 5) + 1 / 16,
        "mean_absolute_error",
        keras_mean=True,
    ),
    case("huber", ours.Huber, 2 * normal(BATCH, 5), normal(BATCH, 5), "huber", absolute=16, keras_mean=True),
    case(
        "huber_delta",
        partial(ours.Huber, delta=0.5),
        normal(BATCH, 5),
        normal(BATCH, 5),
        "huber",
        arguments={"delta": 0.5},
        absolute=16,
        keras_mean=True,
    ),
    case(
        "bce",
        ours.BinaryCrossentropy,
        labels(BATCH, 5),
        probabilities(BATCH, 5),
        "binary_crossentropy",
        keras_mean=True,
    ),
    case(
        "bce_logits",
        partial(ours.BinaryCrossentropy, from_logits=True),
        labels(BATCH, 5),
        normal(BATCH, 5),
        "logit_crossentropy",
        keras_mean=True,
    ),
    case("hinge", ours.Hinge, 2 * labels(BATCH, 5) - 1, normal(BATCH, 5) + 1 / 16, "hinge", keras_mean=True),
    LossCase(
        "categorical",
        ours.CategoricalCrossentropy,
        np.eye(4)[CLASSES],
        distributions(BATCH, 4),
        oracle.categorical_crossentropy,
        lambda y, p: oracle.categorical_crossentropy_gradient(y, p) + 1,  # as BOOK_FORMULAS says
    ),
    LossCase(
        "sparse",
        ours.SparseCategoricalCrossentropy,
        CLASSES[:, None].astype("float64"),
        distributions(BATCH, 4),
        lambda y, p: oracle.categorical_crossentropy(oracle.one_hot(y, 4), p),
        lambda y, p: oracle.categorical_crossentropy_gradient(oracle.one_hot(y, 4), p) + 1,
    ),
    case(
        "categorical_logits",
        partial(ours.CategoricalCrossentropy, from_logits=True),
        np.eye(4)[CLASSES],
        normal(BATCH, 4),
        "softmax_crossentropy",
    ),
    LossCase(
        "sparse_logits",
        partial(ours.SparseCategoricalCrossentropy, from_logits=True),
        CLASSES.astype("float64"),
        normal(BATCH, 4),
        lambda y, p: oracle.softmax_crossentropy(oracle.one_hot(y, 4), p),
        lambda y, p: oracle.softmax_crossentropy_gradient(oracle.one_hot(y, 4), p),
    ),
]

HSE, MULTI, TRIPLET, PAIR, GAN = (
    ours.HalfSquaredError,
    ours.MultilabelCrossentropy,
    ours.TripletLoss,
    ours.ContrastiveLoss,
    ours.GANMinimax,
)
zeros = np.zeros

# What is called, the error, and the words its message must contain: above all what came in.
BAD_LOSSES = [
    (partial(HSE, axis=0), ValueError, ("axis=0", "batch")),
    (partial(HSE, axis=(0, 1)), ValueError, ("axis=(0, 1)",)),
    (partial(HSE, axis=1.0), TypeError, ("axis=1.0",)),
    (partial(HSE, axis=True), TypeError, ("axis=True",)),
    (partial(HSE, axis=None), TypeError, ("axis=None",)),
    (partial(HSE, axis="12"), TypeError, ("axis='12'",)),
    (partial(HSE, reduction="average"), ValueError, ("average",)),
    (partial(HSE(), zeros((2, 3)), zeros((2, 4))), ValueError, ("(2, 3)", "(2, 4)", "equal shapes")),
    (partial(HSE(), zeros((3, 2)), zeros((2, 3))), ValueError, ("(3, 2)", "(2, 3)")),
    (partial(HSE(), zeros(3), zeros((3, 3))), ValueError, ("(3,)", "(3, 3)")),
    (partial(MULTI, from_logits="yes"), TypeError, ("from_logits='yes'",)),
    (partial(MULTI, from_logits=1), TypeError, ("from_logits=1", "True or False")),
    (partial(MULTI(), zeros((2, 1)), zeros((2, 4))), ValueError, ("(2, 1)", "(2, 4)")),
    (partial(TRIPLET, margin=-0.1), ValueError, ("margin=-0.1", "[0, inf)")),
    (partial(TRIPLET, NAN), ValueError, ("margin=nan",)),
    (partial(TRIPLET, "0.2"), TypeError, ("margin='0.2'",)),
    (partial(TRIPLET(), None, zeros((2, 2, 4))), ValueError, ("(2, 2, 4)", "(batch, 3, features)")),
    (partial(TRIPLET(), None, zeros((3, 4))), ValueError, ("(3, 4)",)),
    (partial(PAIR, margin=0), ValueError, ("margin=0", "(0, inf)")),
    (partial(PAIR, INF), ValueError, ("margin=inf",)),
    (partial(PAIR(), zeros(2), zeros((2, 3, 4))), ValueError, ("(2, 3, 4)", "(batch, 2, features)")),
    (partial(PAIR(), zeros((2, 2)), zeros((2, 2, 4))), ValueError, ("(2, 2)", "(2,)")),
    (partial(ours.CompositeLoss, "no_such", "mse", 1), ValueError, ("no_such",)),
    (partial(ours.CompositeLoss, 3, "mse", 1), TypeError, ("regression=3",)),
    (partial(ours.CompositeLoss, "mse", HSE, 1), TypeError, ("classification=<class",)),
    (partial(ours.CompositeLoss, "mse", HSE(reduction="sum"), 1), ValueError, ("classification", "reduction='sum'")),
    (partial(ours.CompositeLoss, "mse", "mse", 0), ValueError, ("regression_outputs=0", "at least 1")),
    (partial(ours.CompositeLoss, "mse", "mse", 1, -2), ValueError, ("regression_weight=-2",)),
    (partial(ours.CompositeLoss("mse", "mse", 2), zeros((3, 2)), zeros((3, 4))), ValueError, ("y_true", "(3, 2)")),
    (partial(ours.CompositeLoss("mse", "mse", 2), zeros((3, 4)), zeros(3)), ValueError, ("y_pred", "(3,)")),
    (
        partial(ours.CompositeLoss("mse", HSE(axis=(1, 2)), 2), zeros((3, 5, 4)), zeros((3, 5, 4))),
        ValueError,
        ("(3, 5)", "(3,)"),
    ),
    (partial(GAN, "critic"), ValueError, ("player='critic'", "'discriminator'", "'generator'")),
    (partial(GAN, non_saturating=True), ValueError, ("non_saturating=True", "discriminator")),
    (partial(GAN, "generator", non_saturating="no"), TypeError, ("non_saturating='no'",)),
    (partial(GAN, from_logits=0), TypeError, ("from_logits=0",)),
    (partial(GAN(), zeros((4, 1)), zeros((3, 1))), ValueError, ("(4, 1)", "(3, 1)")),
]

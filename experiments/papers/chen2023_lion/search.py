"""The same search over rate and decay for both: a vision transformer at three batch sizes, a convolutional net."""

import dataclasses
import math

from keras.optimizers.schedules import CosineDecay

from custom.optimizers import AdamW, LinearWarmUp, Lion
from experiments import engine
from experiments.data.pooling import pooled
from experiments.data.splits import steps_per_epoch
from experiments.networks.vision_transformer import vision_transformer
from experiments.papers.chen2023_lion.network import small_convnet
from experiments.recipes import classifier
from experiments.spec import Experiment, Integer, Listed, Preset, Real, Tuning
from experiments.spec.quasi_random import log_uniform_pairs

# From the schedule, the largest rate and lambda, which the rate multiplies in both, as in the paper. The suite's AdamW
# takes Loshchilov and Hutter's, which the schedule's multiplier alone multiplies.
OPTIMIZERS = {
    "adamw": lambda schedule, rate, decay: AdamW(schedule, weight_decay=rate * decay, base_learning_rate=rate),
    "lion": lambda schedule, rate, decay: Lion(schedule, weight_decay=decay),
}
SIZES = ("small", "middle", "large")
BY_SIZE = {f"{name}_{size}": make for size in SIZES for name, make in OPTIMIZERS.items()}
PAIRS = tuple((f"adamw_{size}", f"lion_{size}") for size in SIZES)

# One space for each optimizer, as wide; that of Lion lies half way, by the factor, between none and the ten that the
# paper has for the rate and for the decay, so that the search favours neither.
TRIALS, WIDTH, SHIFT = 16, 100.0, math.sqrt(10.0)
CENTRES = {"adamw": (0.005, 0.1), "lion": (0.005 / SHIFT, 0.1 * SHIFT)}


def space(optimizer):
    """Return the bounds of an optimizer's rates, and of its decays."""
    return tuple((centre / math.sqrt(WIDTH), centre * math.sqrt(WIDTH)) for centre in CENTRES[optimizer])


TRIED = {name: log_uniform_pairs(*space(name), TRIALS) for name in OPTIMIZERS}


def scaled(job):
    """Return the job with its images at the resolution of the settings."""
    return dataclasses.replace(job, dataset=pooled(job.dataset, job.settings.pool, grey=False))


def optimizer(job, make):
    """Return an optimizer whose rate is a linear warm-up times half a cosine, to 0 at the last step."""
    s = job.settings
    steps = s.epochs * steps_per_epoch(s, job.dataset)
    schedule = LinearWarmUp(CosineDecay(s.learning_rate, steps), max(1, round(s.warm_up * steps)))
    return make(schedule, s.learning_rate, s.weight_decay)


def transformer(job):
    """Return the job's vision transformer."""
    s, data = job.settings, job.dataset
    size = dict(patch=s.patch, width=s.token_width, blocks=s.blocks, heads=s.heads, mlp_ratio=s.mlp_ratio)
    shape = data.x_train.shape[1:]
    return vision_transformer(input_shape=shape, classes=data.classes, seed=job.seed, precision=s.precision, **size)


def trained(job, model, make):
    """Return the training of a net on crops and mirror images, with the optimizer that `make` makes."""
    s = job.settings
    augment = engine.Augment(pad=s.pad, crop=job.dataset.x_train.shape[1], flip=s.flip)
    return classifier(job, model, optimizer(job, make), preprocessing="standardize", augment=augment)


def train_transformer(job):
    """Describe the training of the vision transformer."""
    job = scaled(job)
    return trained(job, transformer(job), job.variant)


def train_convolutional(job):
    """Describe the training of the convolutional net."""
    job = scaled(job)
    s, data = job.settings, job.dataset
    size = dict(maps=s.maps, precision=s.precision)
    model = small_convnet(input_shape=data.x_train.shape[1:], classes=data.classes, seed=job.seed, **size)
    return trained(job, model, job.variant)


OPEN = dict(learning_rate=None, weight_decay=None)
RECIPE = dict(warm_up=0.1, pad=4, flip=True, precision="float32", evaluation="test")
REDUCED = RECIPE | OPEN | dict(data="cifar10", examples=10_000, pool=2, pad=2, evaluation_every=4)
FULL = RECIPE | OPEN | dict(data="cifar10", examples=None, pool=1, evaluation_every=10, train_evaluation_every=50)
FULL |= dict(precision="mixed_bfloat16")
# As many digits as there are to be tested: one shape for both evaluations.
QUICK = RECIPE | dict(data="digits", examples=359, pool=1, pad=1, flip=False, epochs=2, evaluation_every=1)
QUICK |= dict(train_evaluation_every=2, learning_rate=0.003, weight_decay=0.3, batch_size=64)

SMALLEST = dict(patch=2, token_width=8, blocks=1, heads=2, mlp_ratio=2)
TINY = dict(patch=4, token_width=48, blocks=2, heads=3, mlp_ratio=2)
VIT_S = dict(patch=4, token_width=384, blocks=12, heads=6, mlp_ratio=4)
SEEDS = 5


def batches(*sizes):
    """Return, by variant, the settings in which the three batch sizes differ."""
    return {f"{name}_{size}": {"batch_size": n} for size, n in zip(SIZES, sizes, strict=True) for name in OPTIMIZERS}


TRANSFORMER = {
    "quick": Preset(QUICK | SMALLEST, 1, batches(16, 32, 64)),
    "reduced": Preset(REDUCED | TINY | dict(epochs=24, train_evaluation_every=24), SEEDS, batches(64, 192, 512)),
    "paper": Preset(FULL | VIT_S | dict(epochs=200), SEEDS, batches(64, 512, 4096)),
}
CONVOLUTIONAL = {
    "quick": Preset(QUICK | dict(maps=[8]), 1),
    "reduced": Preset(REDUCED | dict(maps=[16, 32, 64], epochs=16, batch_size=64, train_evaluation_every=16), SEEDS),
    "paper": Preset(FULL | dict(maps=[64, 128, 256], epochs=200, batch_size=256), SEEDS),
}


def tuning(variants):
    """Return how rate and decay are chosen: in whole runs, by the error at the end on a sixth that is held out."""
    last = dict(evaluation="validation", evaluation_every=10_000, train_evaluation_every=10_000)
    grid = {variant: TRIED[variant.partition("_")[0]] for variant in variants}
    return Tuning(
        ("learning_rate", "weight_decay"), grid, "validation_error", dict.fromkeys(("reduced", "paper"), last)
    )


DOMAINS = dict(
    warm_up=Real(low=0.0, high=1.0),
    pool=Integer(1, 8),
    patch=Integer(1, 64),
    token_width=Integer(1, 4096),
    blocks=Integer(1, 48),
    heads=Integer(1, 64),
    mlp_ratio=Integer(1, 16),
    maps=Listed(Integer(1, 4096), 8),
)


def experiment(name, variants, train, presets):
    """Return an experiment in which both settings are searched for, for each variant."""
    return Experiment(name, variants, train, presets, tuning(variants), ("shared", name), domains=DOMAINS, most=10)


EXPERIMENTS = (
    experiment("transformer", BY_SIZE, train_transformer, TRANSFORMER),
    experiment("convolutional", OPTIMIZERS, train_convolutional, CONVOLUTIONAL),
)

"""Parts that the experiments share: data, network, settings, and how settings are chosen."""

from custom.activations import ReLU
from experiments import engine
from experiments.papers.loshchilov2019_adamw.network import two_branch_resnet
from experiments.recipes import classifier
from experiments.spec import Choice, Deviation, Integer, Tuning

BOTH = ("reduced", "paper")


def trained(job, optimizer):
    """Return the training of the job's network on crops and mirror images."""
    s, data = job.settings, job.dataset
    shape, classes = data.x_train.shape[1:], data.classes
    size = dict(width=s.width, stages=s.get("stages", 3), blocks=s.blocks)
    options = dict(pool=s.pool, stem_stride=s.stem_stride, precision=s.precision)
    model = two_branch_resnet(ReLU, input_shape=shape, classes=classes, seed=job.seed, **size, **options)
    augment = engine.Augment(pad=s.pad, crop=shape[0], flip=s.flip)
    return classifier(job, model, optimizer, preprocessing="standardize", augment=augment)


def tuned(setting, values, presets=BOTH, repeats=(), **grids):
    """Return how variants choose from as many values: by the error on a sixth of the training set at the end.

    `values`: by variant. `grids`: the same, of presets that have their own. `repeats`: of how many seeds a map is, by
    preset.
    """
    last = dict(evaluation="validation", evaluation_every=10_000, train_evaluation_every=10_000)
    return Tuning(setting, values, "validation_error", dict.fromkeys(presets, last), grids=grids, repeats=dict(repeats))


NETWORK = dict(width=4.0, blocks=4, pool=1, stem_stride=1, precision="float32")
INPUTS = dict(data="cifar10", examples=None, pad=4, flip=True)
RECIPE = dict(epochs=100, batch_size=128, learning_rate=None, weight_decay=None)
FULL = NETWORK | INPUTS | RECIPE | dict(evaluation="test", train_evaluation_every=10, evaluation_every=1)
SMALL = FULL | dict(examples=5_000, width=1.0, blocks=1, pool=2, stem_stride=2, pad=0)
REDUCED = SMALL | dict(epochs=48, batch_size=64, train_evaluation_every=12, evaluation_every=4)
# As many digits as there are to be tested: one shape for both evaluations.
DIGITS = SMALL | dict(data="digits_rgb", examples=359, pad=1, flip=False, stages=1)
QUICK = DIGITS | dict(epochs=2, batch_size=64, learning_rate=0.01, weight_decay=0.001, train_evaluation_every=1)
QUICKER = QUICK | dict(blocks=0)
SIZES = dict(stages=Integer(1, 3), blocks=Integer(0, 20), pool=Integer(1, 8), stem_stride=Integer(1, 8))
SCHEDULES = ("cosine", "drops", "fixed")
DOMAINS = SIZES | dict(schedule=Choice(SCHEDULES), period=Integer(1, 1_000_000))

MAPS, ADAM = ("adam", "schedules"), ("adam", "schedules", "long", "lengths", "restarts")
DEVIATIONS = (
    Deviation("shake_shake"),
    Deviation("maps", experiments=MAPS, presets=BOTH),
    Deviation("grid", experiments=(*MAPS, "long"), presets=BOTH),
    Deviation("seeds", presets=("reduced",)),
    Deviation("epsilon", experiments=ADAM),
    Deviation("data", presets=("quick",)),
    Deviation("no_block", experiments=ADAM, presets=("quick",)),
    Deviation("nothing_chosen", presets=("quick",)),
    Deviation("size", presets=("reduced",)),
    Deviation("parameters", presets=("paper",)),
)

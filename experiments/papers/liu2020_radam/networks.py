"""ResNet on CIFAR-10: the first steps (table 3), the learning rate (table 1, figure 6), warm-up (figure 7)."""

from experiments.claims import (
    TEST_ERROR,
    TRAIN_ERROR,
    TRAIN_LOSS,
    VALIDATION_ERROR,
    Finding,
    Margin,
    NarrowerSpread,
    NoBetter,
    Ordering,
    Table,
)
from experiments.papers.liu2020_radam.training import adam, partly_adam, radam, sgd, train, warmed_up
from experiments.report.figures import ByRate, FinalValues, LearningCurves, PairedDifferences
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Integer, Preset, Tuning

FIRST = {"radam": radam, "adam_first": partly_adam(1, 4), "adam_next": partly_adam(5, 8)}
OPTIMIZERS = {"sgd": sgd, "adam": adam, "radam": radam}
WARM_UPS = {f"adam_{steps}": warmed_up(steps) for steps in (100, 200, 500, 1000)}

FULL = dict(data="cifar10", examples=None, width=1.0, blocks=3, pool=1, pad=4, flip=True, precision="float32")
FULL |= dict(epochs=164, batch_size=128, learning_rate=0.1, drops=[81, 122], weight_decay=1e-4)
FULL |= dict(evaluation="test", evaluation_every=1, train_evaluation_every=10)
# Half and three quarters of the way, as 81 and 122 of 164 are.
REDUCED = FULL | dict(examples=5000, blocks=1, pool=2, pad=2, epochs=30, drops=[15, 22], batch_size=64)
REDUCED |= dict(evaluation_every=5, train_evaluation_every=15)
# No block: the first convolution and the last layer; a block takes seconds to compile.
QUICK = REDUCED | dict(data="digits_rgb", examples=359, pool=4, pad=1, flip=False, blocks=0)
QUICK |= dict(epochs=2, drops=[], evaluation_every=1, train_evaluation_every=1)
RATES = (0.1, 0.03, 0.01, 0.003)  # of figure 6
WIDER = (0.3, *RATES, 0.001)  # one more on each side, so that the best of each can lie inside
DOMAINS = dict(blocks=Integer(0, 20), pool=Integer(1, 8))


def presets(seeds, **changes):
    """Return the three presets; `changes` to those that are no `quick`."""
    reduced, paper = seeds
    return {
        "quick": Preset(QUICK, seeds=1),
        "reduced": Preset(REDUCED | changes, seeds=reduced),
        "paper": Preset(FULL | changes, seeds=paper),
    }


def map_of_rates():
    """Return how each optimizer chooses its rate: by the error on a sixth of the training set after the last epoch.

    The map is judged as such: three seeds a cell.
    """
    last = dict(evaluation="validation", evaluation_every=10_000, train_evaluation_every=10_000)
    whole = dict.fromkeys(("reduced", "paper"), last)
    repeats = dict.fromkeys(("reduced", "paper"), 3)
    return Tuning("learning_rate", dict.fromkeys(OPTIMIZERS, WIDER), "validation_error", whole, repeats=repeats)


def experiment(name, variants, found, tuning=None):
    return Experiment(name, variants, train, found, tuning, ("networks", name), domains=DOMAINS, most=10)


EXPERIMENTS = (
    experiment("first_steps", FIRST, presets((5, 5))),
    experiment("rates", OPTIMIZERS, presets((5, 3), learning_rate=None), map_of_rates()),
    experiment("warm_up", {"radam": radam} | WARM_UPS, presets((5, 3))),
)
NAMES = tuple(e.name for e in EXPERIMENTS)
BOTH = ("reduced", "paper")

# fmt: off
TABLES = (
    Table("table_1", "rates", (TEST_ERROR,),
          {"sgd":   (0.0849,),
           "adam":  (0.0946,),
           "radam": (0.0862,)}, {"test_error": 0.005}),
    Table("table_3", "first_steps", (TEST_ERROR, TRAIN_LOSS, TRAIN_ERROR),
          {"radam":      (0.0892, 0.021, 0.0074),
           "adam_first": (0.1002, 0.060, 0.0212),
           "adam_next":  (0.0971, 0.038, 0.0123)}, {"test_error": 0.005, "train_loss": 0.01, "train_error": 0.005}),
)
# fmt: on
TABLE_1, TABLE_3 = TABLES
# Declared on 2026-11-29, after a pilot of one seed and before anything that counts ran.
HALF_A_POINT = Margin(0.005)


def worse(name, quantity, lower, higher, margin=None):
    """The claim of table 3 that one way to begin ends lower than another."""
    place = dict(experiment="first_steps", presets=BOTH, text=f"worse_{quantity.name}")
    pair = dict(lower=lower, higher=(higher,), gap=TABLE_3.gap(quantity, lower, higher))
    return Ordering(name=f"{name}_{quantity.name}", quantity=quantity, margin=margin, **place, **pair)


def narrower(other):
    """The claim of figure 6 that RAdam's error spreads less over the four rates than another's."""
    own = dict(experiment="rates", quantity=VALIDATION_ERROR, presets=BOTH, text="narrower", words={"n": len(RATES)})
    return NarrowerSpread(name=f"narrower_than_{other}", lower="radam", higher=other, rates=RATES, **own)


def no_longer(variant):
    """The claim of figure 7 that a length of warm-up is no better than RAdam."""
    own = dict(experiment="warm_up", quantity=TEST_ERROR, presets=BOTH, text="no_better", margin=HALF_A_POINT)
    return NoBetter(name=f"{variant}_no_better", variant=variant, than="radam", **own)


BEST = dict(experiment="rates", quantity=TEST_ERROR, presets=BOTH, margin=HALF_A_POINT)
FINDINGS = (
    Finding(
        "first_four",
        (
            worse("first_four", TEST_ERROR, "radam", "adam_first", HALF_A_POINT),
            worse("first_four", TRAIN_LOSS, "radam", "adam_first"),
        ),
    ),
    Finding(
        "next_four",
        (
            worse("next_four", TEST_ERROR, "adam_next", "adam_first", Margin(0.003)),
            worse("next_four", TRAIN_LOSS, "adam_next", "adam_first"),
        ),
    ),
    Finding("any_rate", (narrower("adam"), narrower("sgd"))),
    Finding(
        "better_than_adam",
        (
            Ordering(
                name="better_than_adam",
                lower="radam",
                higher=("adam",),
                gap=TABLE_1.gap(TEST_ERROR, "radam", "adam"),
                **BEST,
            ),
        ),
    ),
    Finding(
        "sgd_best",
        (NoBetter(name="sgd_best", variant="radam", than="sgd", gap=TABLE_1.gap(TEST_ERROR, "radam", "sgd"), **BEST),),
    ),
    Finding(
        "short_warm_up",
        (
            Ordering(
                name="short_warm_up",
                experiment="warm_up",
                quantity=TEST_ERROR,
                presets=BOTH,
                lower="radam",
                higher=("adam_100",),
                gap=0.9106 - 0.9013,
                margin=HALF_A_POINT,
            ),
        ),
    ),
    Finding("no_length_better", tuple(map(no_longer, WARM_UPS))),
)
DEVIATIONS = (
    Deviation("rule", NAMES),
    Deviation("decay", NAMES),
    Deviation("epsilon", NAMES),
    Deviation("epochs", NAMES, ("paper",)),
    Deviation("best_or_last", NAMES),
    Deviation("map", ("rates",), BOTH),
    Deviation("seeds", NAMES, BOTH),
    Deviation("warm_up_start", ("warm_up",)),
    Deviation("size", NAMES, ("reduced",)),
    Deviation("early", NAMES, ("reduced",)),
    Deviation("data", NAMES, ("quick",)),
    Deviation("not_run", NAMES),
    Deviation(INCOMPLETE_BATCHES.name, NAMES),
)
RESULTS = dict.fromkeys(NAMES, (TEST_ERROR, TRAIN_LOSS, TRAIN_ERROR))
TEST_AND_TRAINING = (TEST_ERROR, TRAIN_LOSS)
FIGURES = (
    *(FinalValues("first_steps", quantity) for quantity in TEST_AND_TRAINING),
    *(
        PairedDifferences("first_steps", TEST_ERROR, *pair, TABLE_3.gap(TEST_ERROR, *pair))
        for pair in (("radam", "adam_first"), ("adam_next", "adam_first"))
    ),
    LearningCurves("first_steps", TEST_ERROR),
    ByRate("rates", VALIDATION_ERROR, TEST_ERROR),
    FinalValues("rates", TEST_ERROR),
    PairedDifferences("rates", TEST_ERROR, "radam", "adam", TABLE_1.gap(TEST_ERROR, "radam", "adam")),
    LearningCurves("rates", TEST_ERROR),
    FinalValues("warm_up", TEST_ERROR),
    LearningCurves("warm_up", TEST_ERROR),
)

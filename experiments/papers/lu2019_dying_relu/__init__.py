"""Dying ReLU and initialization: theory and numerical examples (Lu, Shin, Su and Karniadakis, 2019).

paper: the probabilities that a net is born dead from 200,000 nets each, 10,000 trainings of 10-layer nets on |x|,
20,000 in the plane, 1,000 on two other functions; it needs no GPU. reduced: fewer nets. The report states what each
run took.

python -m experiments run lu2019_dying_relu --preset paper
"""

import dataclasses
from functools import partial

from experiments.claims import Finding, Ordering, Probability
from experiments.claims.quantities import proportion
from experiments.papers.lu2019_dying_relu import data  # noqa: F401 (declares the sets)
from experiments.papers.lu2019_dying_relu.nets import BORN, TRAINED, WIDTHS, bound, count, train
from experiments.report.figures import Shares
from experiments.spec import INCOMPLETE_BATCHES, Deviation, Experiment, Integer, Paper, Preset

COUNTED = dict(data="absolute_value", epochs=50, nets=40_000, grid=101)
TRAINING = dict(data="absolute_value", layers=10, width=2, nets=1000, epochs=30, batch_size=64, learning_rate=0.001)
DEEP = TRAINING | dict(layers=20, width=4, epochs=10)
PLANE = DEEP | dict(data="absolute_value_2d")
SINE, STEP = (DEEP | dict(data=name, nets=200) for name in ("x_sin_5x", "step_sin_5x"))
FEWER_COUNTED, FEWER = dict(nets=10_000), dict(nets=50, epochs=10)
# Layers are what the count's epochs are; a domain of one point would be constant for every net.
COUNTS = dict(epochs=Integer(2, 1000), nets=Integer(1, 10_000_000), grid=Integer(2, 1001))
NETS = dict(layers=Integer(2, 200), width=Integer(1, 128), nets=Integer(1, 10_000))
SHORT_COUNT, SHORT = dict(nets=2000, epochs=12), dict(nets=20, epochs=2, layers=4)


def presets(settings, reduced, quick, seeds=2, paper=5):
    """Return one seed of `quick`, some of `reduced`, and of the paper's settings."""
    return {
        "quick": Preset(settings | quick, seeds=1),
        "reduced": Preset(settings | reduced, seeds),
        "paper": Preset(settings, paper),
    }


BORN_DEAD = {layers: proportion(f"born_dead_{layers}", "dead", "nets", epoch=layers) for layers in (5, 10, 20, 50)}
COLLAPSED = proportion("collapsed", "collapsed", "nets")
REVIVED = proportion("revived", "revived", "born_dead")
END_DEAD = proportion("end_dead", "dead", "nets")

# Which of the paper's targets and sizes its rates of collapse belong to is not known to us.
born_dead = partial(Probability, experiment="born_dead", quantity=BORN_DEAD[10])
collapsed = partial(Probability, quantity=COLLAPSED, stated=False)
rarer = partial(Ordering, presets=("reduced", "paper"))
bounds = (
    born_dead(name=f"bound_{n}", variant=f"width_{n}", high=bound(n, 10), text="bound", words={"width": n})
    for n in WIDTHS
)
NAMES = ("line", "plane", "sine", "step")
DEAD = dict(quantity=REVIVED, high=0.005, stated=True)
FINDINGS = (
    Finding(
        "born_dead_rates",
        (
            born_dead(name="rare_at_width_10", variant="width_10", high=0.01),
            born_dead(name="common_at_width_5", variant="width_5", low=0.1),
            born_dead(name="usual_at_width_3", variant="width_3", low=0.55, high=0.65, value=0.6),
        ),
    ),
    Finding("bound", tuple(bounds), kind="confirmation"),
    Finding(
        "limits",
        (
            born_dead(name="certain_with_depth", quantity=BORN_DEAD[50], variant="width_2", low=0.99),
            rarer(
                name="rarer_with_width",
                experiment="born_dead",
                quantity=BORN_DEAD[10],
                lower="width_10",
                higher=("width_5", "width_4", "width_3", "width_2"),
            ),
        ),
        kind="confirmation",
    ),
    Finding(
        "dead_stays_dead",
        (
            collapsed(name="dead_on_the_line", experiment="line", variant="he", **DEAD),
            collapsed(name="dead_in_the_plane", experiment="plane", variant="rai", **DEAD),
        ),
        kind="confirmation",
    ),
    Finding("he_collapses", (collapsed(name="he_collapses", experiment="line", variant="he", low=0.9, stated=True),)),
    Finding(
        "rai_helps",
        (
            rarer(
                name="rarer_with_rai",
                experiment="born_dead",
                quantity=BORN_DEAD[10],
                lower="rai_width_2",
                higher=("width_2",),
            ),
            *(
                rarer(
                    name=f"rai_helps_{name}",
                    experiment=name,
                    quantity=COLLAPSED,
                    lower="rai",
                    higher=("he",),
                    presets=("reduced", "paper") if name == "line" else ("paper",),  # two seeds of the others
                )
                for name in NAMES
            ),
        ),
    ),
    Finding(
        "collapse_rates",
        (
            collapsed(name="rai_collapses", experiment="line", variant="rai", low=0.292 - 0.05, high=0.326 + 0.05),
            collapsed(name="he_in_the_plane", experiment="plane", variant="he", low=0.718, high=0.818, value=0.768),
            collapsed(name="rai_in_the_plane", experiment="plane", variant="rai", low=0.046, high=0.146, value=0.096),
        ),
    ),
)

PAPER = Paper.at(
    __file__,
    experiments=(
        Experiment("born_dead", BORN, count, presets(COUNTED, FEWER_COUNTED, SHORT_COUNT, seeds=5), domains=COUNTS),
        # 2: a net is born dead where a hidden layer is 0 on all points, not where its outputs are equal.
        Experiment("line", TRAINED, train, presets(TRAINING, FEWER, SHORT, paper=10), domains=NETS, version=2),
        Experiment("plane", TRAINED, train, presets(PLANE, FEWER, SHORT, paper=20), domains=NETS, version=2),
        Experiment("sine", TRAINED, train, presets(SINE, FEWER, SHORT), domains=NETS),
        Experiment("step", TRAINED, train, presets(STEP, FEWER, SHORT), domains=NETS),
    ),
    findings=FINDINGS,
    deviations=(
        Deviation("epochs", experiments=NAMES),
        Deviation("order", experiments=NAMES),
        Deviation("sizes", experiments=NAMES[1:]),
        Deviation("told_by_layers", experiments=NAMES),
        Deviation("numbers_of_nets", experiments=NAMES, presets=("paper",)),
        Deviation("where_rai_is_used"),
        Deviation("published_numbers"),
        dataclasses.replace(INCOMPLETE_BATCHES, experiments=NAMES),
        Deviation("nets", presets=("quick", "reduced")),
    ),
    results={
        "born_dead": tuple(BORN_DEAD.values()),
        **dict.fromkeys(NAMES, (COLLAPSED, END_DEAD, REVIVED)),
    },
    figures=(
        Shares("born_dead", "dead", "nets", bound={f"width_{width}": partial(bound, width) for width in WIDTHS}),
        *(Shares(name, "collapsed", "nets") for name in NAMES),
    ),
)

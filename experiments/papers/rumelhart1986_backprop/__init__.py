"""Learning representations by back-propagating errors (Rumelhart, Hinton and Williams, 1986).

paper: the symmetry net and the family trees as the paper prints them, and the exclusive or of its companion chapter,
100 nets each or more; it needs no GPU. The report states what each run took.

python -m experiments run rumelhart1986_backprop --preset paper
"""

from functools import partial

from experiments.claims import Finding, Ordering, Probability
from experiments.papers.rumelhart1986_backprop import data  # noqa: F401 (declares the sets)
from experiments.papers.rumelhart1986_backprop import quantities as q
from experiments.papers.rumelhart1986_backprop.nets import (
    HELD_OUT,
    HIDDEN,
    SYMMETRY,
    TREES,
    XOR,
    family_trees,
    logical,
)
from experiments.papers.rumelhart1986_backprop.outcomes import Outcomes
from experiments.report.figures import Shares
from experiments.spec import Deviation, Experiment, Integer, Paper, Preset, Real

NETS = dict(nets=20, batch_size=1)
LOGICAL = NETS | dict(data="symmetry", epochs=800, sweeps=25, learning_rate=0.1, momentum=0.9, limit=0.3)
BITS = NETS | dict(data="exclusive_or", epochs=100, sweeps=31, learning_rate=0.5, hidden=[2], limit=0.3)
COUNTS = dict(nets=Integer(1, 10_000), sweeps=Integer(1, 10_000))
UNITS = COUNTS | dict(limit=Real(above=0.0, high=100.0))
FAMILY = NETS | dict(data="family_trees", epochs=60, sweeps=25)
# Of 160 nets: without a case among them the interval ends at 2.3 %, below the 2.5 % that a claim names.
SEEDS_OF_TREES = 8


def presets(settings, seeds=5, **quick):
    """Return one seed of few nets and sweeps; two, and the paper's number of seeds, of all of them."""
    return {
        "quick": Preset(settings | dict(nets=4) | quick, seeds=1),
        "reduced": Preset(settings, seeds=2),
        "paper": Preset(settings, seeds),
    }


symmetry = partial(Probability, experiment="symmetry", variant="two")
# The paper does not state the first weights of the trees, nor which task and rate its remark on more units is about.
trees = partial(Probability, experiment="trees", stated=False)
xor = partial(Probability, experiment="xor", variant="momentum")
# One run was reported: that its number is not among the 2.5 % at either end of ours is hard to fail.
NOT_RARE = dict(low=0.025, high=0.975)
FINDINGS = (
    Finding("symmetry_learned", (symmetry(name="two_units_learn", quantity=q.SOLVED, low=0.5),)),
    Finding(
        "no_unit_cannot",
        (symmetry(name="no_unit_cannot", quantity=q.SOLVED, variant="none", high=0.05),),
        kind="confirmation",
    ),
    Finding(
        "mirrored_weights",
        (
            symmetry(name="mirrored", quantity=q.MIRRORED, low=0.9),
            symmetry(name="coded", quantity=q.CODED, low=0.5),
        ),
    ),
    Finding(
        "trees_printed",
        (
            trees(name="printed_learns", quantity=q.RIGHT, variant="printed", low=0.9),
            trees(name="printed_generalises", quantity=q.GENERALISED, variant="printed", low=0.025),
        ),
    ),
    Finding(
        "trees_repaired",
        (
            trees(name="repaired_learns", quantity=q.RIGHT, variant="repaired", low=0.9),
            trees(name="repaired_generalises", quantity=q.GENERALISED, variant="repaired", low=0.025),
        ),
        exploratory=True,
    ),
    Finding(
        "more_units_learn_more_often",
        (
            Ordering(
                name="more_units_learn_more_often",
                experiment="hidden_units",
                quantity=q.SOLVED,
                lower="two",
                higher=("four", "eight"),
                stated=False,
            ),
        ),
    ),
    # Not of this paper, but of its authors' longer text.
    Finding("xor_learned", (xor(name="xor_learned", quantity=q.SOLVED, low=0.5),), exploratory=True),
    Finding(
        "sweeps",
        (
            symmetry(name="learned_by_1425", quantity=q.SOLVED_BY_1425, **NOT_RARE),
            xor(name="xor_learned_by_558", quantity=q.SOLVED_BY_558, **NOT_RARE),
        ),
        exploratory=True,
    ),
)

PAPER = Paper.at(
    __file__,
    experiments=(
        Experiment("symmetry", SYMMETRY, logical, presets(LOGICAL, epochs=60), domains=UNITS, most=10),
        Experiment(
            "hidden_units", HIDDEN, logical, presets(LOGICAL | dict(nets=100), epochs=60), domains=UNITS, most=10
        ),
        Experiment("trees", TREES, family_trees, presets(FAMILY, SEEDS_OF_TREES, epochs=4), domains=COUNTS, most=16),
        Experiment("xor", XOR, logical, presets(BITS, epochs=40), domains=UNITS, most=10),
    ),
    findings=FINDINGS,
    deviations=(
        Deviation("criterion", experiments=("symmetry", "hidden_units", "xor")),
        Deviation("criterion_of_the_trees", experiments=("trees",)),
        Deviation("numbers_of_units", experiments=("hidden_units",)),
        Deviation("seeds"),
        Deviation("sweeps", experiments=("symmetry", "hidden_units", "xor")),
        Deviation("weights_of_the_trees", experiments=("trees",)),
        Deviation("momentum_and_weights_of_xor", experiments=("xor",)),
        Deviation("published_numbers"),
        Deviation("nets_and_sweeps", presets=("quick",)),
    ),
    results={
        "symmetry": (
            *(q.SOLVED, q.CLEAR, q.SOLVED_BY_1425),
            *(q.MIRRORED, q.CODED, q.SECOND_WEIGHT, q.THIRD_WEIGHT),
        ),
        "hidden_units": (q.SOLVED, q.CLEAR),
        "trees": (q.RIGHT, q.HELD_RIGHT, q.GENERALISED, q.NATION, q.GENERATION),
        "xor": (q.SOLVED, q.CLEAR, q.SOLVED_BY_558),
    },
    components={"plain": "gradient_descent"},
    figures=(
        Shares("symmetry", "solved", "nets", 25, log=True, mark=1425),
        Shares("hidden_units", "solved", "nets", 25, log=True),
        Shares("trees", "right", "questions", 25),
        Outcomes("trees", tuple(f"held_right_{number}" for number in range(HELD_OUT + 1)), "nets"),
        Shares("xor", "solved", "nets", 31, log=True, mark=558),
    ),
)

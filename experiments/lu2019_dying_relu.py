"""Dying ReLU and initialization: theory and numerical examples (Lu, Shin, Su and Karniadakis, 2019).

paper: the probabilities that a net is born dead from 200,000 nets each, and 1,000 trainings of 10-layer nets on
|x|; it needs no GPU. reduced: a tenth of the nets. The report states what each run took.

python -m experiments run lu2019_dying_relu --preset paper
"""

from experiments.harness import references
from experiments.harness.claims import Ordering, Probability
from experiments.harness.paper import INCOMPLETE_BATCHES, Deviation, Experiment, Paper, Preset
from experiments.harness.report.figures import Shares
from experiments.lu2019.nets import BORN, TRAINED, WIDTHS, bound, count, train

# fmt: off
COUNTED = dict(data="absolute_value", epochs=50, nets=40_000, grid=101)
TRAINING = dict(data="absolute_value", layers=10, width=2, nets=200, epochs=30, batch_size=64, learning_rate=0.001)
PLANE = TRAINING | dict(data="absolute_value_2d", layers=20, width=4, nets=100, epochs=10)
LABELS = {f"width_{width}": f"Width {width}" for width in WIDTHS} | {
    "rai_width_2": "Width 2, RAI", "he": "He normal", "rai": "Randomised asymmetric (RAI)"}


def experiment(name, title, settings, **quick):
    return Experiment(name, title, TRAINED, train, quick | {
        "reduced": Preset(settings | dict(nets=50, epochs=10), seeds=2), "paper": Preset(settings, seeds=5)})


def probability(variant, text, low=None, high=None, *, experiment="born_dead", quantity="born_dead_10", **more):
    return Probability(experiment=experiment, quantity=quantity, variant=variant, text=text, low=low, high=high, **more)


BOTH = ("reduced", "paper")
ABOUT = "five points to either side"
CLAIMS = (
    probability("width_10", "10 layers of width 10 are born dead with a probability below 1 %", high=0.01,
                source="Theory"),
    probability("width_5", "10 layers of width 5: above 10 %", low=0.1, source="Theory"),
    probability("width_3", "10 layers of width 3: about 60 %", 0.55, 0.65, source="Theory", why=ABOUT),
    probability("width_2", "At a fixed width the probability goes to 1 with depth: width 2, 50 layers", low=0.99,
                quantity="born_dead_50", source="Theory", why="the scalar that is judged is ours"),
    Ordering(source="Theory", experiment="born_dead", quantity="born_dead_10", presets=BOTH, lower="width_10",
             higher=("width_5", "width_4", "width_3", "width_2"),
             text="At a fixed depth it falls with width: 10 layers, width 10 against all others"),
    *(probability(f"width_{width}", f"10 layers of width {width}: no more than 1 - (1 - 2^-{width})^9",
                  high=bound(width, 10), source="Theory: one input lost in one of nine layers")
      for width in WIDTHS),
    Ordering(source="Asymmetric initialisation", experiment="born_dead", quantity="born_dead_10", presets=BOTH,
             lower="rai_width_2", higher=("width_2",), text="The asymmetric initialisation makes born-dead nets rarer"),
    probability("he", "10-layer nets of width 2 on |x| collapse to a constant in more than 90 % of 1,000 runs",
                low=0.9, experiment="line", quantity="collapsed", source="Introduction"),
    probability("rai", "With the asymmetric initialisation 29.2 % or 32.6 % of them do", 0.292 - 0.05, 0.326 + 0.05,
                experiment="line", quantity="collapsed", source="Numerical examples",
                why="two of the paper's rates, of which we could not tell which is |x|'s; five points more"),
    probability("he", "A net that is born dead stays constant while it is trained", high=0.005, experiment="line",
                quantity="revived", source="Theory", why="ours: about what 1,000 nets without a case can show"),
    Ordering(source="Numerical examples", experiment="line", quantity="collapsed", presets=BOTH, lower="rai",
             higher=("he",), margin=0.4, text="The asymmetric initialisation cuts the collapse on |x|"),
    probability("he", "In the plane 76.8 % collapse", 0.718, 0.818, experiment="plane", quantity="collapsed",
                source="Numerical examples", why=ABOUT),
    probability("rai", "In the plane, with the asymmetric initialisation, 9.6 %", 0.046, 0.146, experiment="plane",
                quantity="collapsed", source="Numerical examples", why=ABOUT))

PAPER = Paper(
    key="lu2019_dying_relu",
    reference=references.get("lu2019"),
    summary="A deep and narrow net of ReLU may be dead before training starts: a hidden layer is 0 for all inputs, the "
    "output constant, and no gradient changes that. The paper proves that this happens with probability 1 as depth "
    "grows, shows it by counting, and proposes an initialisation with one positive number for each unit, which makes "
    "it rarer. Its comparison on MNIST (50 layers of width 10) is not among what runs here.",
    labels=LABELS,
    experiments=(
        Experiment("born_dead", "Nets that are constant from the start", BORN, count, {
            "quick": Preset(COUNTED | dict(nets=2000, epochs=12), seeds=2),
            "reduced": Preset(COUNTED | dict(nets=10_000), seeds=5),
            "paper": Preset(COUNTED, seeds=5)}),
        experiment("line", "Training on |x|, 10 layers of width 2", TRAINING,
                   quick=Preset(TRAINING | dict(nets=20, epochs=2, layers=4), seeds=1)),
        experiment("plane", "Training on (|a + b|, |a - b|), 20 layers of width 4", PLANE)),
    protocol=(
        ("Depth", "a net of L layers has L - 1 hidden ones", "the same"),
        ("Initialisation", "He normal, biases 0; RAI: a unit's weights and bias from N(0, 0.6007^2 / inputs), one of "
         "them, drawn at random, replaced by a draw from Beta(2, 1)", "the same, in all layers"),
        ("Nets of one run", "not stated; 1,000 trainings in all", "{nets}"),
        ("Domain", "[-sqrt(3), sqrt(3)], to each side", "{data}; the same domain"),
        ("Born dead", "constant on the domain", "counted by hidden layers that are 0 on all of it: at the two ends, "
         "which is exact without biases; on 101 points with them; a row for each number of layers"),
        ("Training", "3,000 points, squared error, Adam at 0.001, batches of 64", "the same; all nets of a run at "
         "once, which is the same as one after the other, on the same batches"),
        ("Collapsed", "not stated how it is told", "the outputs on all 3,000 points are equal, to the last "
         "bit; beside large biases that may hide a signal too small for float32")),
    claims=CLAIMS,
    deviations=(
        Deviation("Epochs", "not known to us", "30, in the plane 10 (reduced: 10; quick: 2)", "the counts no longer "
                  "change much; the figures show it"),
        Deviation("Order of the examples", "presumably another one for each training", "the same for all nets of a run",
                  "the nets are trained as one; they differ in their initial weights"),
        Deviation("Layers and width in the plane", "not known to us", "20 layers of width 4", "one of the sizes that "
                  "the paper's examples use"),
        Deviation("Where the asymmetric initialisation is used", "not known to us", "in all layers, the last one too",
                  "nets that it keeps alive may still die in the first epochs, more of them at a larger rate or "
                  "variance, so that its rates of collapse rest on details that we do not have"),
        Deviation("Published numbers", "the paper", "reading notes of the paper", "its full text was not at hand, so "
                  "that claims name no sections"),
        INCOMPLETE_BATCHES,
        Deviation("Number of nets", "1,000 trainings", "fewer nets and epochs; quick: fewer layers", "to run in "
                  "minutes", ("quick", "reduced"))),
    results={"born_dead": tuple(f"born_dead_{layers}" for layers in (5, 10, 20, 50)), "line": ("collapsed", "revived"),
             "plane": ("collapsed", "revived")},
    headline=("born_dead_10", "collapsed"),
    figures=(
        Shares("born_dead", "dead", "nets", "Nets that are born dead", "Affine layers",
               bound={f"width_{w}": lambda layers, w=w: bound(w, layers) for w in WIDTHS},
               bound_label="the bound 1 - (1 - 2^-width)^(layers - 1) in the same colour"),
        *(Shares(name, "collapsed", "nets", "Nets that are constant", "Epoch") for name in ("line", "plane"))))
# fmt: on


if __name__ == "__main__":
    from experiments.harness.cli import run_paper

    run_paper(PAPER.key)

"""ImageNet classification with deep convolutional neural networks (Krizhevsky, Sutskever and Hinton, 2012).

Figure 1, ReLU against tanh, and section 3.3, local response normalisation, both on CIFAR-10. reduced:
half and a quarter of the width. paper: full width, for a GPU. The report states what each run took.

python -m experiments run krizhevsky2012_alexnet --preset reduced
"""

from experiments.harness import references
from experiments.harness.claims import Ordering, Ratio
from experiments.harness.paper import INCOMPLETE_BATCHES, Deviation, Experiment, Paper, Preset, Tuning
from experiments.harness.report.figures import FinalValues, LearningCurves, PublishedCurves, Sensitivity
from experiments.krizhevsky2012.nets import NORMALIZATIONS, UNITS, train_cifar, train_figure1
from experiments.krizhevsky2012.published import CURVES, TABLES

GRID = dict.fromkeys((*UNITS, *NORMALIZATIONS), (0.003, 0.01, 0.03, 0.1))


# fmt: off
def tuning(reduced, paper, metric):
    epochs = {"quick": 1, "reduced": reduced, "paper": paper}
    changes = {preset: dict(evaluation="validation", epochs=n, drops=[]) for preset, n in epochs.items()}
    return Tuning("learning_rate", GRID, metric, changes)


FIGURE1 = dict(
    data="cifar10", width=1.0, epochs=60, batch_size=128, learning_rate=None, drops=[], momentum=0.9, l2=0.0,
    crop=32, flip=False, precision="float32", evaluation="test", train_evaluation_every=1)
CIFAR = FIGURE1 | dict(epochs=320, drops=[300, 310], l2=0.004, crop=24, flip=True, train_evaluation_every=10)
QUICK = dict(data="digits_rgb", width=0.125, epochs=4, batch_size=16, drops=[], train_evaluation_every=1)
LABELS = {
    "relu": "ReLU", "tanh": "tanh", "relu_small": "ReLU, small weights", "tanh_small": "tanh, small weights",
    "without_lrn": "Without normalisation",
    "with_lrn": "With local response normalisation", "sift_fv": "SIFT + FVs (others' work)", "cnn_1": "1 CNN",
    "cnn_5": "5 CNNs", "cnn_1_2011": "1 CNN, pre-trained on ImageNet 2011", "cnn_7_2011": "7 CNNs, pre-trained too"}

FIGURE = dict(source="Section 3.1, figure 1", experiment="figure1", presets=("reduced", "paper"))
SOONER = FIGURE | dict(larger="tanh", smaller="relu")
SMALL = FIGURE | dict(larger="tanh_small", smaller="relu_small")
CLAIMS = (
    Ratio(**SOONER | dict(presets=("paper",)), quantity="epochs_to_train_error_25", value=6, low=3,
          text="With ReLU, 25 % training error is reached six times sooner than with tanh",
          why="half of it, as neither the network nor its first weights are stated"),
    Ratio(**SOONER, quantity="epochs_to_train_error_25", value=6, low=1, why="the direction",
          text="With ReLU, 25 % training error is reached sooner than with tanh"),
    Ratio(**SOONER, quantity="epochs_to_train_error_40", value=4.2, low=1, why="the direction",
          text="So is 40 %, which a smaller network gets to: after 1.8 and 7.4 epochs in the figure"),
    Ratio(**SMALL, quantity="epochs_to_train_error_40", value=4.2, low=1, why="the direction",
          text="40 %, where both start from cuda-convnet's small weights"),
    Ordering(**FIGURE, quantity="mean_log_objective", lower="relu", higher=("tanh",),
             text="With ReLU the training cost is lower all along: the mean over all epochs of its logarithm"),
    Ordering(source="Section 3.3", experiment="cifar", quantity="test_error", presets=("reduced", "paper"),
             lower="with_lrn", higher=("without_lrn",), text="Local response normalisation lowers the test error"))

PAPER = Paper(
    key="krizhevsky2012_alexnet",
    reference=references.get("krizhevsky2012"),
    summary="The network that won the ImageNet challenge of 2012. Two of its ingredients are measured on CIFAR-10: "
    "the rectifier in place of tanh, with which a network of four layers fits its training set six times sooner, and "
    "local response normalisation, which takes another from 13 % to 11 % test error. The errors on ImageNet (the "
    "book's table 3) are listed and not run. The network is `experiments.networks.imagenet_alexnet`, with the paper's "
    "60,965,224 parameters, and `experiments.harness.data.imagenet` reads the images in batches; but training here "
    "is from arrays in memory, which 1.2 million images do not fit into.",
    labels=LABELS,
    experiments=(
        Experiment("figure1", "Four-layer network on CIFAR-10", UNITS, train_figure1, {
            "quick": Preset(FIGURE1 | QUICK, seeds=2),
            "reduced": Preset(FIGURE1 | dict(width=0.5, epochs=5), seeds=3),
            "paper": Preset(FIGURE1, seeds=6)}, tuning(1, 5, "objective")),
        Experiment("cifar", "Small AlexNet on CIFAR-10", NORMALIZATIONS, train_cifar, {
            "quick": Preset(CIFAR | QUICK, seeds=2),
            "reduced": Preset(CIFAR | dict(width=0.25, epochs=4, drops=[3], train_evaluation_every=4), seeds=3),
            "paper": Preset(CIFAR, seeds=5)}, tuning(1, 20, "validation_loss")),
        Experiment("imagenet", "AlexNet on ImageNet", dict.fromkeys(TABLES[1].rows), None, {})),
    protocol=(
        ("Data", "CIFAR-10; section 3.3: 24x24 crops, mirrored (cuda-convnet)",
         "{data}; crops of {crop}x{crop}, mirrored: {flip}; the centre for evaluation"),
        ("Network", "four layers, not stated which", "figure 1: convolutions 5x5 of 32, 32 and 64 and a dense layer; "
         "section 3.3: convolutions 5x5 of 64 and 64 and dense layers of 384, 192 and 10; widths times {width}"),
        ("Normalisation", "section 3.3, with cuda-convnet's constants: n = 5, k = 1, alpha = 0.0002, beta = 0.75",
         "section 3.3: n = 5, k = 1, alpha = 0.82, beta = 0.75, after each convolution's pooling; figure 1: none"),
        ("Optimizer", "SGD, momentum 0.9, batch 128", "SGD, momentum {momentum}, batch {batch_size}"),
        ("Learning rate", "figure 1: for each unit, to train as fast as possible",
         "the best of four for each variant; divided by 10 after epochs: {drops}"),
        ("Regularisation", "figure 1: none", "L2 of {l2} on the kernels of dense layers; no dropout"),
        ("Epochs", "figure 1: until 25 % training error", "{epochs}"),
        ("Initialisation", "not stated", "He normal for ReLU, LeCun normal for tanh: the same draws over sqrt(2); "
         "small weights: normal, with the deviations of cuda-convnet's `layers-18pct`, 0.0064 and then 0.01 over the "
         "root of {width}"),
        ("Training error", "not stated when", "after each epoch; times to a level are linear between two of them")),
    tables=TABLES,
    claims=CLAIMS,
    deviations=(
        Deviation("Network of figure 1", "four layers, not stated which", "cuda-convnet's `layers-18pct`, without "
                  "normalisation and weight decay", "the paper's footnote on CIFAR-10 points to cuda-convnet"),
        Deviation("First weights of figure 1", "not stated", "two choices: those made for each unit, and small ones as "
                  "in cuda-convnet's files", "the second was added after the first had shown no difference between "
                  "the units", ("reduced", "paper")),
        Deviation("Network of section 3.3", "cuda-convnet's: two convolutions, two locally connected layers, a dense "
                  "one", "two convolutions and three dense layers, AlexNet as Zhang et al. (2017) shrink it",
                  "Keras has no locally connected layers; 13 % and 11 % are the original's"),
        Deviation("Input scale", "0 to 255, mean subtracted", "each channel divided by its deviation, too; alpha times "
                  "the square of that, 64^2", "the same function, as rectifiers keep scales; alpha = 0.0002 as it is "
                  "would leave of the normalisation but a constant"),
        Deviation("Learning rates", "chosen, not stated how", "0.003, 0.01, 0.03 or 0.1: in short runs, by training "
                  "cost (figure 1) or by the cost on a sixth of the training set held out (section 3.3)",
                  "one declared budget for all variants"),
        Deviation("Evaluation", "section 3.3: mean of several crops (cuda-convnet)", "the centre", "the claim is a "
                  "difference"),
        INCOMPLETE_BATCHES,
        Deviation("Data", "CIFAR-10", "digits of scikit-learn, 32x32x3", "quick needs no download", ("quick",)),
        Deviation("Width and epochs", "full width; hundreds of epochs", "figure 1: half the width, 5 epochs; section "
                  "3.3: a quarter, 4 epochs (quick: an eighth, 4)", "to run on one core", ("quick", "reduced"))),
    results={"figure1": ("epochs_to_train_error_25", "epochs_to_train_error_40", "mean_log_objective", "train_error"),
             "cifar": ("test_error", "train_error", "objective"), "imagenet": TABLES[1].columns},
    headline=("epochs_to_train_error_40", "test_error"),
    figures=(
        PublishedCurves("figure1", "train_error", CURVES, "read from the paper's figure 1", 0.25, "25 %"),
        LearningCurves("figure1", "objective", log=True), Sensitivity("figure1"),
        LearningCurves("cifar", "test_error"), FinalValues("cifar", "test_error"), Sensitivity("cifar")))
# fmt: on


if __name__ == "__main__":
    from experiments.harness.cli import run_paper

    run_paper(PAPER.key)

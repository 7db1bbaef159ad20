"""What the experiments share: data, network, settings, and how settings are chosen."""

from custom.activations import ReLU
from experiments.harness import engine
from experiments.harness.paper import Deviation, Tuning
from experiments.harness.supervised import classifier
from experiments.networks import two_branch_resnet

PRESETS = ("quick", "reduced", "paper")


# fmt: off
def trained(job, optimizer):
    """The job's network, trained on crops and mirror images."""
    s, shape = job.settings, job.dataset.x_train.shape[1:]
    model = two_branch_resnet(
        ReLU, input_shape=shape, classes=job.dataset.classes, seed=job.seed, width=s.width, blocks=s.blocks,
        pool=s.pool, stem_stride=s.stem_stride, precision=s.precision)
    augment = engine.Augment(pad=s.pad, crop=shape[0], flip=s.flip)
    return classifier(job, model, optimizer, preprocessing="standardize", augment=augment)


PAPER_SETTINGS = dict(
    data="cifar10", examples=None, width=4.0, blocks=4, pool=1, stem_stride=1, epochs=100, batch_size=128,
    learning_rate=None, weight_decay=None, pad=4, flip=True, precision="float32", evaluation="test",
    train_evaluation_every=10, evaluation_every=1)
REDUCED = PAPER_SETTINGS | dict(
    examples=5_000, width=1.0, blocks=1, pool=2, stem_stride=2, epochs=12, batch_size=64, pad=0,
    train_evaluation_every=5)
QUICK = REDUCED | dict(
    data="digits_rgb", examples=480, width=0.25, epochs=3, batch_size=32, pad=1, flip=False, train_evaluation_every=1)


def tuned(variants, setting, values, **grids):
    """The same values for all variants, by the error on a sixth of the training set, after the last epoch only."""
    last = dict(evaluation="validation", evaluation_every=10_000, train_evaluation_every=10_000)
    return Tuning(setting, dict.fromkeys(variants, values), "validation_error", dict.fromkeys(PRESETS, last),
                  grids={preset: dict.fromkeys(variants, some) for preset, some in grids.items()})


PROTOCOL = (
    ("Data", "CIFAR-10; mirrored, padded by 4 and cropped at random",
     "{data}, examples of the training set: {examples} (null: all); mirrored: {flip}; padded by {pad}, cropped"),
    ("Network", "residual network with two branches, 26 layers, 2x64d (long training: 2x96d)",
     "the same, {blocks} blocks a stage, k = {width} (2x64d: 4), images averaged over "
     "{pool}x{pool} pixels, first convolution with stride {stem_stride}"),
    ("Shake-shake", "presumably used, as by the released code", "not used: both branches weigh 1/2"),
    ("Batch size", "128", "{batch_size}"),
    ("Epochs", "100; 1,800 for figures 3 and 4", "{epochs}"))
DEVIATIONS = (
    Deviation("Shake-shake", "the released code's commands switch it on; whether the figures used it is not known to "
              "us", "not used", "it regularises too, and is not what is compared"),
    Deviation("Maps", "test error of every cell", "error on a sixth of the training set, held out; the best cell of "
              "each variant is then run on the whole with other seeds, whose test errors the claims compare", "a cell "
              "chosen by its test error would flatter every optimizer"),
    Deviation("Grid", "powers of two; its exact cells are not printed", "every second power of two, and no decay; the "
              "largest decay, 0.064, was added to the maps of Adam when the best cell of Adam with L2 had been at the "
              "end of the grid", "the same cells for both of a pair"),
    Deviation("Epsilon of Adam", "1e-8 beside the root of the uncorrected second moment (released code)", "1e-8 beside "
              "the root of the corrected one", "the paper's algorithm"),
    Deviation("Data", "CIFAR-10", "digits of scikit-learn, 32x32x3; 480 of them, k = 1/4, padded by 1", "quick needs "
              "no download", ("quick",)),
    Deviation("Examples, network, epochs", "50,000 examples; k = 4; 100 epochs of batches of 128", "5,000 examples, "
              "drawn once, mirrored but not cropped; k = 1, one block a stage, images averaged over 2x2 pixels, the "
              "first convolution with stride 2; 12 epochs of batches of 64", "to run on two cores; with few examples, "
              "decay has something to regularise", ("reduced",)),
    Deviation("Parameters", "11.6 million (2x64d), 25.6 million (2x96d)", "11.65 and 26.2 million", "the same network, "
              "counted; Gastaldi prints 11.7 and 26.2 million", ("paper",)))
# fmt: on

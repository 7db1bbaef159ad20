"""Replacements of the activations, layers, recurrent cells and optimizers of TensorFlow Addons 0.23.

Read off the source at the tag v0.23.0 and off Keras 3: `instead` has the names that do the same work,
which the tests import; an empty one says that neither Keras nor `custom` has it.
"""

import dataclasses

SOURCE = "https://github.com/tensorflow/addons/blob/v0.23.0/tensorflow_addons"
# Names that Keras has only from a version on that is newer than the oldest that this suite allows.
KERAS_SINCE = {
    "keras.layers.AdaptiveAveragePooling1D": "3.13",
    "keras.layers.AdaptiveAveragePooling2D": "3.13",
    "keras.layers.AdaptiveAveragePooling3D": "3.13",
    "keras.layers.AdaptiveMaxPooling1D": "3.13",
    "keras.layers.AdaptiveMaxPooling2D": "3.13",
    "keras.layers.AdaptiveMaxPooling3D": "3.13",
    "keras.optimizers.MultiOptimizer": "3.15",
}


@dataclasses.dataclass(frozen=True)
class Row:
    """A name of Addons, the file it is defined in, what does its work now, and how that differs."""

    name: str
    file: str
    instead: tuple
    note: str


ACTIVATIONS = (
    Row(
        "gelu",
        "gelu",
        ("keras.activations.gelu", "custom.activations.GELU"),
        "Addons' default is the tanh form (`approximate=True`); the default of both replacements is the exact one. "
        'Pass `approximate=True` to Keras or `approximate="tanh"` here to keep the old values.',
    ),
    Row(
        "hardshrink",
        "hardshrink",
        ("keras.activations.hard_shrink",),
        "Addons takes `lower` and `upper`, Keras one `threshold` for both sides. Same default, 0.5, and 0 at the "
        "threshold itself.",
    ),
    Row("lisht", "lisht", (), "`x * keras.ops.tanh(x)`."),
    Row("mish", "mish", ("keras.activations.mish",), "The same function."),
    Row(
        "rrelu",
        "rrelu",
        ("custom.activations.RReLU",),
        "Addons draws the slope from U(1/8, 1/3) and has the slope 11/48 = 0.229 at test time; the paper draws the "
        'divisor from U(3, 8) and divides by 5.5. `RReLU(1/8, 1/3, form="slope")` is Addons\' form, the default the '
        "paper's. Ours is a layer with a `seed`; Addons also took a generator.",
    ),
    Row("snake", "snake", (), "`x + (1 - keras.ops.cos(2 * a * x)) / (2 * a)`, with a the frequency."),
    Row(
        "softshrink",
        "softshrink",
        ("keras.activations.soft_shrink",),
        "Addons takes `lower` and `upper`, Keras one `threshold` for both sides. Same default, 0.5.",
    ),
    Row("sparsemax", "sparsemax", ("keras.activations.sparsemax",), "The same function and arguments."),
    Row("tanhshrink", "tanhshrink", ("keras.activations.tanh_shrink",), "The same function."),
)

LAYERS = (
    Row(
        "AdaptiveAveragePooling1D",
        "adaptive_pooling",
        ("keras.layers.AdaptiveAveragePooling1D",),
        "Addons splits the axis into equal parts and so needs a length that is a multiple of the output size; Keras "
        "takes any length, with windows that may overlap. The other five differ in the same way.",
    ),
    *(
        Row(name, "adaptive_pooling", (f"keras.layers.{name}",), "As `AdaptiveAveragePooling1D`.")
        for name in (
            "AdaptiveAveragePooling2D",
            "AdaptiveAveragePooling3D",
            "AdaptiveMaxPooling1D",
            "AdaptiveMaxPooling2D",
            "AdaptiveMaxPooling3D",
        )
    ),
    Row("CRF", "crf", (), "Linear-chain conditional random field."),
    Row("CorrelationCost", "optical_flow", (), "Cost volume of optical flow, a compiled operation of Addons."),
    Row(
        "EmbeddingBag",
        "embedding_bag",
        ("keras.layers.Embedding",),
        "Follow it by `keras.ops.sum` or `mean` over axis -2. Addons never forms the "
        "embeddings one by one: this needs more memory.",
    ),
    Row("ESN", "esn", (), "Echo state network: `keras.layers.RNN` around a cell of your own."),
    Row("FilterResponseNormalization", "normalizations", (), "Divides by the root mean square over the spatial axes."),
    Row(
        "GELU",
        "gelu",
        ("custom.activations.GELU", "keras.activations.gelu"),
        "As for the function `gelu`: the default was the tanh form, and is now the exact one.",
    ),
    Row(
        "GroupNormalization", "normalizations", ("keras.layers.GroupNormalization",), "The same arguments and defaults."
    ),
    Row(
        "InstanceNormalization",
        "normalizations",
        ("keras.layers.GroupNormalization",),
        "`GroupNormalization(groups=-1)`: one group a channel, in both.",
    ),
    Row("MaxUnpooling2D", "max_unpooling_2d", (), "Keras's max pooling returns no positions to go back to."),
    Row("MaxUnpooling2DV2", "max_unpooling_2d_v2", (), "As `MaxUnpooling2D`."),
    Row(
        "Maxout",
        "maxout",
        ("custom.activations.Maxout",),
        "Addons' layer has no weights: it takes maxima over groups of its input, feature j going to unit j modulo "
        "`num_units`. Ours is the paper's, linear functions included: it replaces a Dense layer and the maximum. The "
        "maximum alone is a reshape to `(..., pieces, units)` and `keras.ops.max` over the axis before the last.",
    ),
    Row(
        "MultiHeadAttention",
        "multihead_attention",
        ("keras.layers.MultiHeadAttention",),
        "Addons calls `layer([query, key, value])`, Keras `layer(query, value, key)`. `head_size` is `key_dim`, and "
        "`num_heads` comes first. Addons has a bias in the output projection only, Keras in all four or none. The "
        "output is as wide as the value in Addons, as the query in Keras, unless a size is given.",
    ),
    Row("NetVLAD", "netvlad", (), "Not exported by `tfa.layers`; only its own module has it."),
    Row("NoisyDense", "noisy_dense", (), "A Dense layer with learned Gaussian noise on its weights."),
    Row("PoincareNormalize", "poincare", (), "A scaling of vectors longer than 1 - epsilon to that length."),
    Row("PolynomialCrossing", "polynomial", (), "Feature crossing of the deep and cross network."),
    Row("Snake", "snake", (), "The function `snake` with a trained frequency."),
    Row(
        "Sparsemax",
        "sparsemax",
        ("keras.activations.sparsemax",),
        '`keras.layers.Activation("sparsemax")` is the layer, over the last axis.',
    ),
    Row(
        "SpatialPyramidPooling2D",
        "spatial_pyramid_pooling",
        ("keras.layers.AdaptiveAveragePooling2D",),
        "One for each size of bin, then `Reshape` and `Concatenate`. Addons cuts off rows and columns that do not "
        "divide; Keras lets windows overlap.",
    ),
    Row(
        "SpectralNormalization",
        "spectral_normalization",
        ("keras.layers.SpectralNormalization",),
        "The same arguments.",
    ),
    Row(
        "StochasticDepth",
        "stochastic_depth",
        (),
        "Addons draws one Bernoulli number a batch, and scales the branch by the probability at test time.",
    ),
    Row("TLU", "tlu", (), "max(x, tau), or max(x, alpha x + tau), with tau and alpha learned."),
    Row("WeightNormalization", "wrappers", (), "Splits a kernel into length and direction."),
)

CELLS = (
    Row("ESNCell", "esn_cell", (), "Echo state network."),
    Row("LayerNormLSTMCell", "layer_norm_lstm_cell", (), "An LSTM with layer normalisation of its inputs and state."),
    Row("LayerNormSimpleRNNCell", "layer_norm_simple_rnn_cell", (), "A simple cell with layer normalisation."),
    Row("NASCell", "nas_cell", (), "The cell that Zoph and Le's search found."),
    Row("PeepholeLSTMCell", "peephole_lstm_cell", (), "An LSTM whose gates see the cell state."),
)

OPTIMIZERS = (
    Row(
        "AdaBelief",
        "adabelief",
        ("custom.optimizers.AdaBelief",),
        "Addons rectifies by default (`rectify=True`), with epsilon 1e-14; ours is the paper's algorithm 2, which does "
        "not. Warm-up of the rate is `LinearWarmUp` here.",
    ),
    Row(
        "AdamW",
        "weight_decay_optimizers",
        ("custom.optimizers.AdamW", "keras.optimizers.AdamW"),
        "Addons subtracts `weight_decay * w`, the paper's lambda w, and so does ours; a schedule, which had to be "
        "applied to it by hand, is applied here. Keras multiplies by the learning rate: there, divide the old number "
        "by it.",
    ),
    Row("AveragedOptimizerWrapper", "average_wrapper", (), "Abstract base of `MovingAverage` and `SWA`."),
    Row("COCOB", "cocob", (), "Coin betting: no learning rate."),
    Row("ConditionalGradient", "conditional_gradient", (), "Frank-Wolfe steps under a norm constraint."),
    Row(
        "CyclicalLearningRate",
        "cyclical_learning_rate",
        (),
        "A subclass of `keras.optimizers.schedules.LearningRateSchedule` of a few lines does it.",
    ),
    Row(
        "DecoupledWeightDecayExtension",
        "weight_decay_optimizers",
        ("keras.optimizers.Optimizer",),
        "Every optimizer of Keras 3 and of `custom` has `weight_decay`, multiplied by the learning rate (but for "
        "`AdamW` and `SGDW` of `custom`).",
    ),
    Row("ExponentialCyclicalLearningRate", "cyclical_learning_rate", (), "As `CyclicalLearningRate`."),
    Row(
        "KerasLegacyOptimizer",
        "constants",
        ("keras.optimizers.Optimizer",),
        "An alias of the base class of the old Keras optimizers.",
    ),
    Row(
        "LAMB",
        "lamb",
        ("keras.optimizers.Lamb",),
        "Addons adds the decay to the update before its norm is taken, as the paper does; Keras applies it apart, so "
        "the trust ratio does not see it. Epsilon is 1e-6 in Addons, 1e-7 in Keras, which has no list of layers to "
        "leave out of the adaptation.",
    ),
    Row(
        "LazyAdam",
        "lazy_adam",
        (),
        "Adam that leaves rows without a gradient alone. With Keras's Adam, and ours, the moments of such rows decay "
        "and move them.",
    ),
    Row(
        "Lookahead",
        "lookahead",
        ("custom.optimizers.Lookahead",),
        "`sync_period` and `slow_step_size` are k and alpha. Addons had k = 6, ours has 5; alpha is 0.5 in both.",
    ),
    Row(
        "MovingAverage",
        "moving_average",
        ("keras.optimizers.Optimizer", "keras.callbacks.SwapEMAWeights"),
        "`use_ema=True, ema_momentum=0.99` of any optimizer, ours too; the callback swaps the averages in. There is no "
        "`start_step`, nor a decay that grows.",
    ),
    Row(
        "MultiOptimizer",
        "discriminative_layer_training",
        ("keras.optimizers.MultiOptimizer",),
        "Addons pairs optimizers with layers, Keras with patterns of variable paths. Where only the learning rates "
        "differ, `learning_rate_multipliers` of any optimizer of `custom` does.",
    ),
    Row("NovoGrad", "novograd", (), "Second moments by layer, of the norm of the gradient."),
    Row("ProximalAdagrad", "proximal_adagrad", (), "AdaGrad with proximal steps for l1 and l2 terms."),
    Row(
        "RectifiedAdam",
        "rectified_adam",
        ("custom.optimizers.RAdam",),
        "Addons rectifies from rho_t = 5 on, with epsilon 1e-7 after the bias correction; ours has the paper's "
        "threshold, 4 (`threshold=5` is Addons'). Warm-up and decay of the rate are a Keras schedule now.",
    ),
    Row(
        "SGDW",
        "weight_decay_optimizers",
        ("custom.optimizers.SGDW", "keras.optimizers.SGD"),
        "As for `AdamW`. Addons' defaults were the rate 0.001 and no momentum; the paper's and ours are 0.05 and 0.9.",
    ),
    Row(
        "SWA",
        "stochastic_weight_averaging",
        (),
        "The plain mean of the weights at every k-th step; Keras's `use_ema` averages exponentially.",
    ),
    Row("Triangular2CyclicalLearningRate", "cyclical_learning_rate", (), "As `CyclicalLearningRate`."),
    Row("TriangularCyclicalLearningRate", "cyclical_learning_rate", (), "As `CyclicalLearningRate`."),
    Row(
        "Yogi",
        "yogi",
        ("custom.optimizers.Yogi",),
        "Addons corrects the bias, starts both moments at 1e-6 and adds epsilon before the correction; ours is the "
        "paper's, which does none of it, and `bias_correction=True` comes near Addons'. L1 and L2 strengths of Addons: "
        "`l2` here.",
    ),
    Row(
        "extend_with_decoupled_weight_decay",
        "weight_decay_optimizers",
        ("keras.optimizers.Optimizer",),
        "As `DecoupledWeightDecayExtension`.",
    ),
)

TABLES = {"activations": ACTIVATIONS, "layers": LAYERS, "rnn": CELLS, "optimizers": OPTIMIZERS}


def replaced_by(name):
    """Return the names of Addons that `name` stands in for."""
    return [f"tfa.{module}.{row.name}" for module, rows in TABLES.items() for row in rows if name in row.instead]

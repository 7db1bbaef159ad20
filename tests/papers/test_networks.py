"""The networks of the papers: layers, parameters, first weights, what variants share."""

from functools import partial

import keras
import numpy as np
import pytest

from custom.activations import PReLU, ReLU, RReLU, Softplus, Tanh
from custom.layers import LocalResponseNormalization
from experiments.networks import ensemble_network, residual_network
from experiments.networks.attention import SelfAttention
from experiments.networks.autoencoder import variational_autoencoder
from experiments.networks.bags import words_regression
from experiments.networks.parts import kernel_initializer
from experiments.networks.vision_transformer import vision_transformer
from experiments.papers.kingma2015_adam.networks import (
    multilayer_perceptron,
    three_stage_convnet,
)
from experiments.papers.krizhevsky2012_alexnet.networks import cifar_alexnet, cuda_convnet, imagenet_alexnet
from experiments.papers.loshchilov2019_adamw.network import two_branch_resnet
from experiments.papers.rumelhart1986_backprop.network import family_tree_network
from experiments.papers.xu2015_rrelu.network import network_in_network


def nin(activation=ReLU, **options):
    return network_in_network(activation, **{"input_shape": (32, 32, 3), "classes": 10, "seed": 0, **options})


def mlp(activation=ReLU, **options):
    options = {"input_shape": (28, 28, 1), "hidden": [1000, 1000], "classes": 10, "seed": 0, **options}
    return multilayer_perceptron(activation, **options)


def test_network_in_network_has_the_layers_of_the_table():
    model = nin()
    expected = []
    for block, after in ((1, ["pool", "dropout1"]), (2, ["pool", "dropout2"]), (3, [])):
        for conv in (1, 2, 3):
            expected += [f"block{block}_conv{conv}", f"block{block}_conv{conv}_activation"]
        expected += [f"block{block}_{name}" if name == "pool" else name for name in after]
    assert [layer.name for layer in model.layers[1:]] == [*expected, "average"]

    def shape(name):
        return model.get_layer(name).output.shape[1:]

    assert [shape(f"block1_conv{i}") for i in (1, 2, 3)] == [(32, 32, 192), (32, 32, 160), (32, 32, 96)]
    assert [shape(f"block2_conv{i}") for i in (1, 2, 3)] == [(16, 16, 192)] * 3
    assert [shape(f"block3_conv{i}") for i in (1, 2, 3)] == [(8, 8, 192), (8, 8, 192), (8, 8, 10)]
    assert isinstance(model.get_layer("block1_pool"), keras.layers.MaxPooling2D)
    assert isinstance(model.get_layer("block2_pool"), keras.layers.AveragePooling2D)
    for name in ("block1_pool", "block2_pool"):
        assert model.get_layer(name).pool_size == (3, 3) and model.get_layer(name).strides == (2, 2)
    sizes = [model.get_layer(f"block{b}_conv{c}").kernel_size[0] for b in (1, 2, 3) for c in (1, 2, 3)]
    assert sizes == [5, 1, 1, 5, 1, 1, 3, 1, 1]


def test_network_in_network_has_as_many_parameters_as_the_table():
    kernels = [(25 * 3, 192), (192, 160), (160, 96), (25 * 96, 192), (192, 192), (192, 192)]
    kernels += [(9 * 192, 192), (192, 192), (192, 10)]
    by_hand = sum(inputs * outputs + outputs for inputs, outputs in kernels)
    assert nin().count_params() == by_hand == 966_986
    # PReLU: one slope a channel, after every convolution.
    assert nin(partial(PReLU, alpha_initializer=0.25)).count_params() == by_hand + sum(n for _, n in kernels)


def test_words_regression_is_logistic_regression_on_0_and_1():
    bags = np.array([[0, 1, 0, 1, 0], [1, 1, 0, 0, 1], [0, 0, 0, 0, 0]], "float32")
    numbers = np.array([[1, 3, 5], [0, 1, 4], [5, 5, 5]], "float32")
    words = words_regression(words=5, outputs=2, seed=3)
    dense = mlp(None, input_shape=(5,), hidden=[], classes=2, seed=3, initializer="normal_0.01")
    assert words.count_params() == dense.count_params() == 12
    np.testing.assert_array_equal(*(keras.ops.convert_to_numpy(m.weights[0]) for m in (words, dense)))
    logits = words.predict(numbers, verbose=0), dense.predict(bags, verbose=0)
    np.testing.assert_allclose(*logits, rtol=1e-6)


def test_words_regression_drops_a_word_for_all_logits_and_doubles_the_others():
    model = words_regression(words=50, outputs=2, seed=3, dropout=0.5)
    model.set_weights([np.ones((50, 2)), np.zeros(2), *model.get_weights()[2:]])
    numbers = np.tile(np.arange(51, dtype="float32"), (200, 1))
    sums = keras.ops.convert_to_numpy(model(numbers, training=True))
    np.testing.assert_array_equal(sums[:, 0], sums[:, 1])
    assert np.all(sums % 2 == 0) and len(np.unique(sums)) > 5
    assert abs(sums[:, 0].mean() - 50) < 4 * np.sqrt(50 / 200)


def test_multilayer_perceptron_has_as_many_parameters_as_the_paper():
    assert mlp().count_params() == 785 * 1000 + 1001 * 1000 + 1001 * 10 == 1_796_010
    names = [layer.name for layer in mlp(hidden=[4], input_dropout=0.2, dropout=0.5).layers[1:]]
    assert names == ["flatten", "input_dropout", "dense1", "dense1_activation", "dropout1", "logits"]


@pytest.mark.parametrize("build", [partial(nin, width=1 / 16, input_shape=(8, 8, 3)), partial(mlp, hidden=[8])])
def test_logits_are_float32_under_any_precision(build):
    model = build(precision="mixed_bfloat16")
    logits = model(np.ones((2, *model.input_shape[1:]), "float32"))
    assert keras.backend.standardize_dtype(logits.dtype) == model.output.dtype == "float32"
    assert any(layer.compute_dtype == "bfloat16" for layer in model.layers)
    assert {keras.backend.standardize_dtype(weight.dtype) for weight in model.weights} == {"float32"}


def test_width_scales_all_channels_but_the_classes():
    model = nin(width=1 / 16)
    filters = [model.get_layer(f"block{b}_conv{c}").filters for b in (1, 2, 3) for c in (1, 2, 3)]
    assert filters == [12, 10, 6, 12, 12, 12, 12, 12, 10]


@pytest.mark.parametrize("build", [partial(nin, width=1 / 48, input_shape=(4, 4, 3)), partial(mlp, hidden=[4])])
def test_everything_drawn_follows_from_the_seed(build):
    def weights(**options):
        return {w.path: w.numpy() for w in build(**options).weights if w.path.endswith("kernel")}

    one, again, other = weights(seed=1), weights(seed=1, activation=RReLU), weights(seed=2)
    assert one.keys() == other.keys() == again.keys() and len(one) > 1
    for path in one:
        np.testing.assert_array_equal(one[path], again[path])
        assert not np.array_equal(one[path], other[path])
    seeds = [
        layer.seed for layer in build(activation=RReLU, seed=1, dropout=0.5).layers if getattr(layer, "seed", None)
    ]
    assert len(seeds) > 1 and len(set(seeds)) == len(seeds)


def test_initializers():
    draw = kernel_initializer("normal_0.05", 0, "x")((200, 200))
    assert np.std(keras.ops.convert_to_numpy(draw)) == pytest.approx(0.05, rel=0.02)
    draw = kernel_initializer("he_normal", 0, "x")((200, 200))
    assert np.std(keras.ops.convert_to_numpy(draw)) == pytest.approx(0.1, rel=0.05)
    with pytest.raises(ValueError, match="initializer='uniform'"):
        kernel_initializer("uniform", 0, "x")


IMAGES = {"input_shape": (32, 32, 3), "classes": 10, "seed": 0}


def test_cuda_convnet_has_the_layers_and_parameters_of_its_files():
    convolutions = (25 * 3 + 1) * 32 + (25 * 32 + 1) * 32 + (25 * 32 + 1) * 64
    model = cuda_convnet(ReLU, **IMAGES, normalization=LocalResponseNormalization)
    assert model.count_params() == convolutions + (4 * 4 * 64 + 1) * 10 == 89_578
    names = ["conv1", "pool1", "conv1_activation", "norm1", "conv2", "conv2_activation", "pool2", "norm2", "conv3"]
    names += ["conv3_activation", "pool3", "flatten", "logits"]
    assert [layer.name for layer in model.layers[1:]] == names
    sizes = [model.get_layer(f"pool{i}").output.shape[1:3] for i in (1, 2, 3)]
    assert sizes == [(16, 16), (8, 8), (4, 4)]
    kinds = [type(model.get_layer(f"pool{i}")).__name__ for i in (1, 2, 3)]
    assert kinds == ["MaxPooling2D", "AveragePooling2D", "AveragePooling2D"]
    # layers-80sec has 64 units more before the last layer.
    assert cuda_convnet(ReLU, **IMAGES, dense=(64,)).count_params() == convolutions + 1025 * 64 + 65 * 10
    assert not any("norm" in layer.name for layer in cuda_convnet(ReLU, **IMAGES).layers)


def test_the_small_alexnet_has_as_many_parameters_as_zhang_et_al_print():
    model = cifar_alexnet(ReLU, **IMAGES | {"input_shape": (28, 28, 3)}, normalization=LocalResponseNormalization)
    assert model.count_params() == 1_387_786
    names = [layer.name for layer in model.layers[1:6]]
    assert names == ["conv1", "conv1_activation", "pool1", "norm1", "conv2"]
    assert cifar_alexnet(ReLU, **IMAGES, width=0.25).get_layer("dense2").units == 48


@pytest.mark.slow
def test_alexnet_has_as_many_parameters_as_the_paper():
    model = imagenet_alexnet(ReLU, seed=0)
    assert model.count_params() == 60_965_224
    shapes = [model.get_layer(f"conv{i}").output.shape[1:] for i in range(1, 6)]
    assert shapes == [(55, 55, 96), (27, 27, 256), (13, 13, 384), (13, 13, 384), (13, 13, 256)]
    assert [model.get_layer(f"conv{i}").groups for i in range(1, 6)] == [1, 2, 1, 2, 2]
    pools = [model.get_layer(f"pool{i}") for i in (1, 2, 5)]
    assert {(p.pool_size, p.strides) for p in pools} == {((3, 3), (2, 2))} and pools[2].output.shape[1:] == (6, 6, 256)
    norms = [layer for layer in model.layers if isinstance(layer, LocalResponseNormalization)]
    assert [layer.name for layer in norms] == ["norm1", "norm2"]
    assert {(n.size, n.k, n.alpha, n.beta) for n in norms} == {(5, 2.0, 1e-4, 0.75)}
    biases = {
        layer.name: set(layer.bias.numpy().tolist())
        for layer in model.layers
        if getattr(layer, "bias", None) is not None
    }
    ones = {"conv2", "conv4", "conv5", "dense1", "dense2"}
    assert biases == {name: {1.0 if name in ones else 0.0} for name in (*ones, "conv1", "conv3", "logits")}
    assert np.std(model.get_layer("dense2").kernel.numpy()) == pytest.approx(0.01, rel=1e-3)
    assert [model.get_layer(f"dropout{i}").rate for i in (1, 2)] == [0.5, 0.5]


def test_alexnets_two_columns_meet_only_in_the_third_convolution():
    """As in the paper's figure 2: a column's maps of the second layer follow from its maps of the first."""
    model = imagenet_alexnet(ReLU, seed=0, width=1 / 48, classes=3)
    maps = keras.Model(model.input, model.get_layer("conv2").output)
    image = np.random.default_rng(0).normal(size=(1, 224, 224, 3)).astype("float32")
    kernel = model.get_layer("conv1").kernel
    before = keras.ops.convert_to_numpy(maps(image))
    kernel.assign(kernel.numpy() * np.array([1, 2], "float32"))  # the second column's one map
    changed = np.abs(keras.ops.convert_to_numpy(maps(image)) - before).max(axis=(0, 1, 2)) > 0
    assert changed.shape == (6,) and changed.tolist() == [False] * 3 + [True] * 3


@pytest.mark.parametrize("build", [cuda_convnet, cifar_alexnet])
def test_tanh_starts_from_the_weights_of_relu_over_the_square_root_of_2(build):
    relu = build(ReLU, **IMAGES, width=1 / 8)
    tanh = build(Tanh, **IMAGES, width=1 / 8, initializer="lecun_normal")
    for one, other in zip(relu.trainable_variables, tanh.trainable_variables, strict=True):
        np.testing.assert_allclose(one.numpy(), 2**0.5 * other.numpy(), rtol=1e-6)


def autoencoder(**options):
    return variational_autoencoder(
        Softplus, **{"input_shape": (28, 28, 1), "hidden": 500, "latent": 50, "seed": 0, **options}
    )


def test_the_variational_autoencoder_has_the_parameters_of_the_paper():
    model = autoencoder()
    by_hand = 785 * 500 + 2 * 501 * 50 + 51 * 500 + 501 * 784
    assert model.count_params() == by_hand == 860_884
    assert [layer.name for layer in model.layers if isinstance(layer, Softplus)] == [
        "encoder_activation",
        "decoder_activation",
    ]


def test_the_autoencoders_output_is_the_negative_bound_of_each_example():
    model, rng = autoencoder(input_shape=(5,), hidden=4, latent=3, initializer="normal_0.5"), np.random.default_rng(0)
    x = rng.uniform(size=(7, 5)).astype("float32")
    w = {v.path: v.numpy().astype("float64") for v in model.trainable_variables}

    def dense(name, h):
        return h @ w[f"{name}/kernel"] + w[f"{name}/bias"]

    h = np.logaddexp(0, dense("encoder", x))
    mean, log_variance = dense("mean", h), dense("log_variance", h)
    p = 1 / (1 + np.exp(-dense("logits", np.logaddexp(0, dense("decoder", mean)))))
    expected = -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(1)
    expected += 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance).sum(1)
    found = keras.ops.convert_to_numpy(model(x, training=False))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    # While it trains the code is drawn: about the mean, by the seed.
    code = keras.Model(model.input, [model.get_layer(name).output for name in ("code", "mean", "log_variance")])
    drawn, mean, log_variance = map(keras.ops.convert_to_numpy, code(np.repeat(x[:1], 20_000, 0), training=True))
    np.testing.assert_allclose(drawn.mean(0), mean[0], atol=0.05)
    np.testing.assert_allclose(drawn.std(0), np.exp(log_variance[0] / 2), rtol=0.05)
    first, second = (keras.ops.convert_to_numpy(model(x, training=True)) for _ in range(2))
    assert not np.allclose(first, second)


def test_the_three_stage_network_has_the_layers_of_its_name():
    model = three_stage_convnet(ReLU, **IMAGES, input_dropout=0.2, dropout=0.5)
    convolutions = 76 * 64 + (25 * 64 + 1) * 64 + (25 * 64 + 1) * 128
    assert model.count_params() == convolutions + (4 * 4 * 128 + 1) * 1000 + 1001 * 10 == 2_371_266
    assert [model.get_layer(f"pool{i}").output.shape[1:] for i in (1, 2, 3)] == [(16, 16, 64), (8, 8, 64), (4, 4, 128)]
    rates = {layer.name: layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)}
    assert rates == {"input_dropout": 0.2, "dropout1": 0.5}
    names = [layer.name for layer in three_stage_convnet(ReLU, **IMAGES).layers[1:5]]
    assert names == ["conv1", "conv1_activation", "pool1", "conv2"]


def test_ensembles_have_as_many_parameters_as_their_nets():
    # Ten affine layers of width 2 between one input and one output; 6-2-1 with biases.
    deep = ensemble_network(nets=7, inputs=1, hidden=[2] * 9, outputs=1, seed=0, initializer="he_normal")
    assert deep.count_params() == 7 * ((2 + 2) + 8 * (4 + 2) + (2 + 1)) == 7 * 55
    symmetry = ensemble_network(nets=3, inputs=6, hidden=[2], outputs=1, seed=0, initializer="uniform_0.3")
    assert symmetry.count_params() == 3 * (12 + 2 + 2 + 1)
    assert symmetry.output.shape == (None, None, 3, 1)
    assert family_tree_network(nets=2, seed=0, initializer="uniform_1.0").count_params() == 2 * 630


def resnet(**options):
    return two_branch_resnet(ReLU, **{"input_shape": (32, 32, 3), "classes": 10, "seed": 0, **options})


@pytest.mark.parametrize(("width", "millions"), [(4.0, 11.7), (6.0, 26.2)])
@pytest.mark.slow
def test_two_branch_resnet_has_the_printed_number_of_parameters(width, millions):
    """Gastaldi's 2x64d and 2x96d; Loshchilov and Hutter print 11.6 and 25.6 million for the same networks."""
    k = int(width)
    by_hand, channels = 27 * 16 + 4 * 16, 16
    for filters in (16 * k, 32 * k, 64 * k):
        by_hand += channels * filters + 4 * filters  # the skip, normalised
        for i in range(4):
            inputs = channels if i == 0 else filters
            by_hand += 2 * (9 * inputs * filters + 9 * filters * filters + 2 * 4 * filters)
        channels = filters
    by_hand += channels * 10 + 10
    model = resnet(width=width)
    assert model.count_params() == by_hand
    trainable = sum(np.prod(v.shape) for v in model.trainable_variables)
    assert round(trainable / 1e6, 1) == millions


def test_two_branch_resnet_adds_the_mean_of_its_branches_and_shifts_half_of_its_skip():
    model = resnet(width=0.5, blocks=1)
    names = [f"stage2_block1_branch{i}_2_norm" for i in (1, 2)] + ["stage2_block1_skip_norm", "stage2_block1_sum"]
    parts = keras.Model(model.inputs, [model.get_layer(name).output for name in names])
    x = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    one, other, skip, out = (keras.ops.convert_to_numpy(y) for y in parts(x))
    np.testing.assert_allclose(out, skip + (one + other) / 2, rtol=1e-6, atol=1e-6)
    assert not np.allclose(one, other)
    # A single pixel: the second half of the skip sees it one step further down and to the right.
    inputs = model.get_layer("stage2_block1_skip_activation").output
    halves = keras.Model(inputs, model.get_layer("stage2_block1_skip_halves").output)
    image = np.zeros((1, 32, 32, 8), "float32")
    image[0, 9, 13] = 1.0
    seen = keras.ops.convert_to_numpy(halves(image))
    assert not seen[..., :8].any()  # odd places are skipped by stride 2 ...
    assert np.argwhere(seen[..., 8:].any(-1)).tolist() == [[0, 5, 7]]  # ... but shifted they are even


@pytest.mark.slow
def test_two_branch_resnet_has_a_smaller_form_and_weights_that_follow_from_the_seed():
    small = resnet(width=0.5, blocks=1, stem_stride=2)
    assert small.get_layer("stem").output.shape[1:] == (16, 16, 16)
    assert small.get_layer("last_activation").output.shape[1:] == (4, 4, 32)
    kernel = keras.ops.convert_to_numpy(resnet().get_layer("stage3_block2_branch1_conv1").kernel)
    assert kernel.std() == pytest.approx(np.sqrt(2 / (9 * 256)), rel=0.01)
    again, other = (keras.ops.convert_to_numpy(resnet(seed=s).get_layer("stem").kernel) for s in (0, 1))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(resnet().get_layer("stem").kernel), again)
    assert not np.allclose(again, other)


@pytest.mark.parametrize(
    "make",
    [
        nin,
        resnet,
        lambda **o: cuda_convnet(ReLU, input_shape=(32, 32, 3), classes=10, seed=0, **o),
        lambda width, **o: transformer(**o),
    ],
    ids=["network_in_network", "two_branch_resnet", "cuda_convnet", "vision_transformer"],
)
@pytest.mark.slow
def test_every_precision_of_the_engine_makes_a_network_with_float32_outputs(make):
    for precision in ("tf32", "mixed_bfloat16"):
        model = make(width=0.125, precision=precision)
        assert model.output.dtype == "float32"


def transformer(**options):
    return vision_transformer(**{"input_shape": (8, 12, 3), "classes": 5, "seed": 0, "width": 6, "heads": 2, **options})


def test_self_attention_is_that_of_the_formula():
    layer, rng = SelfAttention(2, seed=3, name="attention"), np.random.default_rng(0)
    x = rng.normal(size=(2, 4, 6))
    layer.build(x.shape)
    layer.bias.assign(rng.normal(size=(4, 6)))
    kernel, bias = (keras.ops.convert_to_numpy(w).astype("float64") for w in (layer.kernel, layer.bias))
    q, k, v = (x @ kernel[i] + bias[i] for i in range(3))
    seen = np.empty_like(x)
    for head in (slice(0, 3), slice(3, 6)):
        scores = np.exp(q[..., head] @ k[..., head].transpose(0, 2, 1) / np.sqrt(3))
        seen[..., head] = scores / scores.sum(-1, keepdims=True) @ v[..., head]
    found = keras.ops.convert_to_numpy(layer(x.astype("float32")))
    np.testing.assert_allclose(found, seen @ kernel[3] + bias[3], rtol=1e-4, atol=1e-5)
    assert len({kernel[i].tobytes() for i in range(4)}) == 4  # not the same first weights


def test_a_token_of_the_transformer_is_a_patch():
    model = transformer()
    tokens = keras.Model(model.input, model.get_layer("tokens").output)
    image = np.arange(8 * 12 * 3, dtype="float32").reshape(1, 8, 12, 3)
    found = keras.ops.convert_to_numpy(tokens(image))[0]
    patches = [image[0, i : i + 4, j : j + 4].ravel() for i in (0, 4) for j in (0, 4, 8)]
    np.testing.assert_array_equal(found, patches)
    with pytest.raises(ValueError, match="Expected sides that are multiples of 4"):
        transformer(input_shape=(8, 10, 3))
    with pytest.raises(ValueError, match=r"width=6, heads=4. Expected a width that the heads divide"):
        transformer(heads=4)


def test_the_transformer_begins_with_all_classes_alike_and_tells_places_apart():
    model = transformer()
    x = np.random.default_rng(0).normal(size=(2, 8, 12, 3)).astype("float32")
    assert not keras.ops.convert_to_numpy(model(x)).any()
    mean = keras.Model(model.input, model.get_layer("mean").output)
    turned = x[:, :, ::-1].reshape(2, 8, 3, 4, 3)[:, :, :, ::-1].reshape(x.shape)  # the patches of a row, in turn
    one, other = (keras.ops.convert_to_numpy(mean(y)) for y in (x, turned))
    model.get_layer("places").places.assign(np.zeros((6, 6)))
    alike = [keras.ops.convert_to_numpy(mean(y)) for y in (x, turned)]
    np.testing.assert_allclose(*alike, rtol=1e-4, atol=1e-5)
    assert np.abs(one - other).max() > 1e-3


@pytest.mark.slow
def test_vit_s_has_the_parameters_of_its_table():
    model = vision_transformer(
        input_shape=(224, 224, 3), classes=1000, seed=0, patch=16, width=384, blocks=12, heads=6, mlp_ratio=4
    )
    assert round(model.count_params() / 1e6, 1) == 22.0  # 22.05 million with a class token


@pytest.mark.parametrize(
    ("channels", "blocks", "trained"),
    [((16, 32, 64), 3, 272_474), ((64, 128, 256, 512), 2, 11_173_962)],  # ResNet-20 with projections, ResNet-18
)
def test_the_residual_networks_have_the_parameters_of_their_papers(channels, blocks, trained):
    model = residual_network(ReLU, input_shape=(32, 32, 3), classes=10, seed=0, channels=channels, blocks=blocks)
    assert sum(int(np.prod(v.shape)) for v in model.trainable_variables) == trained
    depth = [layer for layer in model.layers if isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense))]
    shortcuts = [layer.name for layer in depth if layer.name.endswith("shortcut")]
    assert len(depth) - len(shortcuts) == 2 * blocks * len(channels) + 2
    assert shortcuts == [f"stage{i}_block1_shortcut" for i in range(2, len(channels) + 1)]


def test_first_weights_of_the_residual_network():
    model = residual_network(ReLU, input_shape=(8, 8, 3), classes=10, seed=0, channels=(16, 64), blocks=1)
    kernel = model.get_layer("stage2_block1_conv2").kernel.numpy()
    assert kernel.std() == pytest.approx((2 / (9 * 64)) ** 0.5, rel=0.02)
    last = model.get_layer("logits")
    for values in (last.kernel.numpy(), last.bias.numpy()):
        assert 0.7 / 8 < np.abs(values).max() <= 1 / 8
    assert model.get_layer("stem").use_bias is False
    assert residual_network(ReLU, input_shape=(8, 8, 3), classes=10, seed=0, blocks=0).output_shape == (None, 10)

from functools import partial

import keras
import numpy as np
import pytest

from custom.activations import PReLU, ReLU, RReLU
from experiments.networks import kernel_initializer, multilayer_perceptron, network_in_network


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

"""Public names of `custom` and what their reference pages show."""

import importlib
import inspect
import pathlib
import sys

import keras
import numpy as np
import pytest

from experiments.site import addons, addons_page, component_pages, functions, paths
from experiments.site import public_names as public
from experiments.site.parameters import signature

ROOT = pathlib.Path(__file__).resolve().parents[2]

FAKE = {
    "__init__": '"""A library."""',
    "activations/__init__": '''
"""Activations."""
from keras.layers import ReLU
from fakelib.activations.shared import Base
from fakelib.activations.cube import Cube, cube, half
from fakelib.activations.others import Noisy, Step, Normalised, Wider, Needy

BOOK_FORMULAS = {"ReLU": ("y = max(0, x)", "book 8.3", "The same.")}
__all__ = ["BOOK_FORMULAS", "Base", "Cube", "Needy", "Noisy", "Normalised", "ReLU", "Step", "Wider", "cube", "half"]
''',
    "activations/shared": '''
import keras

class Base(keras.layers.Layer):
    """Base of all."""
''',
    "activations/cube": '''
from fakelib.activations.shared import Base

def cube(x):
    """x^3. See `Cube`."""
    return x * x * x

def half(x):
    """A helper, x / 2."""
    return x / 2

class Cube(Base):
    """Cube.

    DOCS
    """

    def call(self, x):
        return cube(x)

    def derivative(self, x):
        """Three x squared."""
        return 3 * x * x
''',
    "activations/others": '''
import keras
from keras import ops
from fakelib.activations.shared import Base

class Step(Base):
    """One from 1 on, x / 4 below.

    DOCS
    """

    def call(self, x):
        return ops.where(x >= 1, ops.ones_like(x), x / 4)

    def derivative(self, x):
        return ops.where(x >= 1, ops.zeros_like(x), ops.ones_like(x) / 4)

class Normalised(Base):
    """Softmax.

    DOCS
    """

    def call(self, x):
        return ops.softmax(x)

    def derivative(self, x):
        return ops.softmax(x) * (1 - ops.softmax(x))

class Noisy(Base):
    """Plus a number between 0 and 1.

    DOCS
    Args:
        seed: a number.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        return x + keras.random.uniform(ops.shape(x), dtype="float64", seed=self.generator) if training else x

    def derivative(self, x):
        return ops.ones_like(x)

class Wider(Base):
    """Two outputs for each input.

    DOCS
    """

    def call(self, x):
        return ops.concatenate([x, x], axis=-1)

    def derivative(self, x):
        return ops.ones_like(x)

class Needy(Base):
    """Needs a number.

    DOCS
    Args:
        units: a number.
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)

    def derivative(self, x):
        return x
''',
}
DOCS = """Formula: `f(x)`.

    Differences from Keras: none.

    Example:

    >>> 1
    1

    Reference: none.
"""


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Writes the library `fakelib`, with changes, and imports nothing of an earlier one."""

    def write(**changes):
        for name, text in {**FAKE, **changes}.items():
            path = tmp_path / "fakelib" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("DOCS", DOCS.rstrip() + "\n"))
        for name in [name for name in sys.modules if name.startswith("fakelib")]:
            del sys.modules[name]
        importlib.invalidate_caches()

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # two versions within one second look alike
    write()
    return write


def component(name):
    group = public.groups("fakelib")[0]
    return group, next(c for c in group.components if c.name == name)


def problems():
    with pytest.raises(public.Undocumented) as error:
        public.groups("fakelib")
    return error.value.problems


class TestSignature:
    class Parent:
        def __init__(self, rate=0.1, beta=0.9, name="parent", **kwargs): ...

    class Mixin:
        def __init__(self, *args, decay, scale=None, **kwargs): ...

    class Child(Mixin, Parent):
        def __init__(self, rate=0.5, *args, name="child", **kwargs): ...

    def test_arguments_passed_on_are_those_of_the_next_class(self):
        text = "(rate=0.5, beta=0.9, *, decay, scale=None, name='child', **kwargs)"
        assert str(signature(self.Child)) == text


class TestPublicNames:
    def test_functions_stand_on_the_page_of_their_class(self, library):
        group, cube = component("Cube")
        assert [name for name, _ in cube.functions] == ["cube", "half"]
        assert {c.name: c.kind for c in group.components if c.kind != "component"} == {"Base": "base"}
        assert group.keras == (("ReLU", "y = max(0, x)", "book 8.3", "The same."),)

    def test_a_missing_docstring_and_missing_sections_are_named(self, library):
        text = FAKE["activations/cube"]
        library(**{"activations/cube": text.replace('"""A helper, x / 2."""', "").replace("DOCS", "Formula: `x^3`.")})
        assert problems() == (
            "fakelib.activations.Cube: its docstring lacks Differences from Keras, Example, Reference.",
            "fakelib.activations.half: no docstring.",
        )

    def test_the_results_and_errors_of_a_function_owe_no_formula(self, library):
        text = '"""Tools."""\nclass Result:\n    """Result."""\nclass Wrong(ValueError):\n    """Error."""\n'
        library(testing=text + 'def check():\n    """Check.\n\n    DOCS\n    """\ndef _own(): ...\n')
        group = public.groups("fakelib")[-1]
        kinds = {c.name: c.kind for c in group.components}
        assert group.path == "fakelib.testing"
        assert kinds == {"Result": "companion", "Wrong": "companion", "check": "component"}
        library(testing=text)
        assert problems() == (
            "fakelib.testing.Result: its docstring lacks Formula, Differences from Keras, Example, Reference.",
        )

    @pytest.mark.parametrize(
        ("old", "new", "complaint"),
        [
            ('class Cube(Base):\n    """Cube.\n\n    DOCS\n    """', "class Cube(Base):", "Cube: no docstring."),
            ("DOCS", DOCS.replace(">>> 1\n    1", "One."), "Cube: its Example has no code that can be tested (>>>)."),
        ],
    )
    def test_other_gaps_are_named(self, library, old, new, complaint):
        assert old in FAKE["activations/cube"]
        library(**{"activations/cube": FAKE["activations/cube"].replace(old, new)})
        assert problems() == (f"fakelib.activations.{complaint}",)

    def test_a_name_of_keras_needs_its_formula(self, library):
        text = FAKE["activations/__init__"].replace('"ReLU": (', '"Other": (')
        library(**{"activations/__init__": text})
        assert problems() == ("fakelib.activations.ReLU: Keras's own, without a row in BOOK_FORMULAS.",)

    def test_a_module_that_a_package_lists_is_no_name_of_it(self, library):
        listed = 'from fakelib.activations import others\n__all__ = ["others", '
        library(**{"activations/__init__": FAKE["activations/__init__"].replace("__all__ = [", listed)})
        (group,) = public.groups("fakelib")
        assert "others" not in [c.name for c in group.components]

    def test_what_is_neither_class_nor_function_is_refused(self, library):
        text = FAKE["activations/__init__"].replace("__all__ = [", 'size = 3\n__all__ = ["size", ')
        library(**{"activations/__init__": text})
        assert "fakelib.activations.size: neither a class nor a function" in problems()[0]


class TestCurves:
    def plot(self, name):
        return component_pages.plot(component(name)[1])

    def test_function_and_derivative_come_from_the_layer(self, library):
        picture = self.plot("Cube")
        assert "f(-2) = -8, f(0) = 0, f(2) = 8, f′(-2) = 12, f′(0) = 0, f′(2) = 12." in picture.alt
        assert "jumps" not in picture.caption and "first of two" not in picture.caption

    def test_a_jump_breaks_the_line_and_tells_which_end_belongs(self, library):
        layer = component("Step")[1].object(dtype="float64")
        (x, y), filled, empty = functions._curve(layer).path()
        assert np.isnan(y).sum() == 1
        np.testing.assert_allclose(filled.T, [(1, 1)], atol=1e-12)
        np.testing.assert_allclose(empty.T, [(1, 0.25)], atol=1e-12)
        assert "the filled dot is its value" in self.plot("Step").caption

    @pytest.mark.parametrize(("before", "at", "after"), [(0, 1, 1), (0, 0, 1), (-1, 0, 1), (0.2, 0.2, 1)])
    def test_jumps_at_a_point_of_the_grid(self, before, at, after):
        def function(x):
            return np.where(x < 0, before, np.where(x > 0, after, at)).astype(float)

        curve = functions.Curve(function(functions.GRID), function(functions.GRID[:-1] + functions.STEP / 2))
        (x, y), filled, empty = curve.path()
        assert {tuple(p) for p in filled.T} == {(0, at)}
        assert {tuple(p) for p in empty.T} == {(0, v) for v in (before, after) if v != at}
        # Nothing of the line lies between the two sides.
        assert set(np.unique(y[~np.isnan(y)])) == {float(v) for v in (before, at, after)}

    def test_steep_but_continuous_is_no_jump(self):
        x, middle = functions.GRID, functions.GRID[:-1] + functions.STEP / 2
        for f in (lambda x: np.maximum(0, 20 * x), lambda x: np.tanh(20 * x), np.exp):
            assert not np.isnan(functions.Curve(f(x), f(middle)).path()[0]).any()

    def test_a_layer_that_mixes_its_inputs_is_shown_for_two(self, library):
        picture = self.plot("Normalised")
        assert "the first of two outputs over its own input, the other input being 0" in picture.caption
        assert "f(0) = 0.5" in picture.alt and "f′(0) = 0.25" in picture.alt

    def test_a_random_layer_is_shown_at_test_time_with_its_draws(self, library):
        picture = self.plot("Noisy")
        assert "f(-2) = -2" in picture.alt and "4,000 draws" in picture.caption
        draws = functions._draws(component("Noisy")[1].object(dtype="float64", seed=0)) - functions.GRID[:, None]
        assert draws.shape[1] == functions.DRAWS and 0 <= draws.min() < 0.01 and 0.99 < draws.max() <= 1

    @pytest.mark.parametrize("name", ["Wider", "Needy", "Base"])
    def test_other_layers_get_no_plot(self, library, name):
        assert self.plot(name) is None


class TestPaths:
    def test_the_gradient_is_that_of_the_function_and_the_formula_is_what_is_computed(self):
        point, h = np.array([-1.3, 0.7]), 1e-6
        numeric = [
            (paths.objective(*(point + step)) - paths.objective(*(point - step))) / (2 * h) for step in h * np.eye(2)
        ]
        np.testing.assert_allclose(paths.gradient(*point), numeric, rtol=1e-8)
        hessian = np.array([paths.gradient(*(step)) for step in np.eye(2)])  # of a quadratic: the gradient is linear
        np.testing.assert_allclose(np.linalg.eigvalsh(hessian), [1, 20], rtol=1e-12)
        x, y = point
        formula = paths.FORMULA.split(" = ")[1].replace("^", "**").replace("2 x", "2*x").replace("2 y", "2*y")
        assert eval(formula.replace("2 (", "2*("), {"x": x, "y": y}) == pytest.approx(paths.objective(x, y))

    def test_plain_descent_is_gradient_descent(self):
        from custom.optimizers import GradientDescent

        # Keras keeps the learning rate in float32.
        np.testing.assert_allclose(paths.run(GradientDescent(paths.RATE)), paths.descent(), atol=1e-5)

    def test_every_path_stays_in_view_and_comes_near_the_minimum(self):
        (group,) = (group for group in public.groups() if group.path == "custom.optimizers")
        components = {c.name: c.object for c in group.components if c.kind == "component" and inspect.isclass(c.object)}
        classes = {name: cls for name, cls in components.items() if issubclass(cls, keras.optimizers.Optimizer)}
        assert set(paths.SETTINGS) <= set(classes)
        for name, cls in classes.items():
            arguments = paths.settings(name, cls)
            assert arguments is not None, f"{name} has no plot: give it a row in paths.SETTINGS"
            path = paths.run(paths.made(cls, arguments))
            assert paths.objective(*path[-1]) < 0.02 * paths.objective(*path[0]), name
            for axis, (low, high) in enumerate((paths.X, paths.Y)):
                assert (low <= path[:, axis]).all() and (path[:, axis] <= high).all(), name

    def test_an_optimizer_without_a_row_gets_the_learning_rate_that_shows_it_best(self):
        from custom.optimizers import Adam, GradientDescent

        class Needs(GradientDescent):
            def __init__(self, learning_rate, **kwargs):
                super().__init__(learning_rate, **kwargs)

        assert paths.settings("Mine", Needs) == {"learning_rate": 0.03}  # 0.1 leaves the view, 0.01 is slow
        path = paths.run(Adam(**paths.settings("Mine", Adam)))
        assert paths.objective(*path[-1]) < 0.02 * paths.objective(*path[0])

    def test_an_argument_that_only_a_user_knows_leaves_no_plot(self):
        from custom.optimizers import GradientDescent

        class Needs(GradientDescent):
            def __init__(self, decay, **kwargs):
                super().__init__(**kwargs)

        assert paths.settings("Mine", Needs) is None


# What `tensorflow_addons/<part>/__init__.py` exports at v0.23.0, typed here apart from the table.
EXPORTED = {
    "activations": "gelu hardshrink lisht mish rrelu snake softshrink sparsemax tanhshrink",
    "layers": """AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D
        AdaptiveMaxPooling2D AdaptiveMaxPooling3D CRF CorrelationCost ESN EmbeddingBag FilterResponseNormalization GELU
        GroupNormalization InstanceNormalization MaxUnpooling2D MaxUnpooling2DV2 Maxout MultiHeadAttention NoisyDense
        PoincareNormalize PolynomialCrossing Snake Sparsemax SpatialPyramidPooling2D SpectralNormalization
        StochasticDepth TLU WeightNormalization""",
    "rnn": "ESNCell LayerNormLSTMCell LayerNormSimpleRNNCell NASCell PeepholeLSTMCell",
    "optimizers": """AdaBelief AdamW AveragedOptimizerWrapper COCOB ConditionalGradient CyclicalLearningRate
        DecoupledWeightDecayExtension ExponentialCyclicalLearningRate KerasLegacyOptimizer LAMB LazyAdam Lookahead
        MovingAverage MultiOptimizer NovoGrad ProximalAdagrad RectifiedAdam SGDW SWA Triangular2CyclicalLearningRate
        TriangularCyclicalLearningRate Yogi extend_with_decoupled_weight_decay""",
}


class TestAddons:
    rows = [(part, row) for part, rows in addons.TABLES.items() for row in rows]

    @pytest.mark.parametrize("part", EXPORTED)
    def test_every_exported_name_has_its_row(self, part):
        names = [row.name for row in addons.TABLES[part]]
        extra = ["NetVLAD"] if part == "layers" else []  # a public module that the package does not export
        assert sorted(names) == sorted(EXPORTED[part].split() + extra)

    @pytest.mark.parametrize(("part", "row"), rows, ids=[f"{part}.{row.name}" for part, row in rows])
    def test_what_replaces_it_exists_and_something_is_said(self, part, row):
        assert row.note and row.note.endswith((".", "`"))
        for name in row.instead:
            module, _, attribute = name.rpartition(".")
            since = tuple(map(int, addons.KERAS_SINCE.get(name, "0").split(".")))
            if tuple(map(int, keras.__version__.split(".")[:2])) >= since:
                assert hasattr(importlib.import_module(module), attribute), name

    def test_layers_by_name_of_activation_work(self):
        for name in ("gelu", "sparsemax"):
            keras.layers.Activation(name)(np.ones((1, 2)))

    def test_our_replacements_link_to_their_pages(self):
        places = {f"{g.path}.{c.name}": f"{g.folder}/{c.name}" for g in public.groups() for c in g.components}
        rows = {row.name: addons_page.instead(row, places) for _, row in self.rows}
        assert ":doc:`custom.activations.RReLU <activations/RReLU>`" in rows["rrelu"]
        assert rows["CRF"] == "nothing" and "(from Keras 3.15 on)" in rows["MultiOptimizer"]
        for _, row in self.rows:
            assert all(name in places for name in row.instead if name.startswith("custom."))
        assert addons.replaced_by("custom.activations.GELU") == ["tfa.activations.gelu", "tfa.layers.GELU"]

    def test_notes_on_other_forms_hold(self):
        """The numbers and settings that the notes name, where they can be computed."""
        from custom.activations import GELU, RReLU

        x = np.array([-2.0, -0.5, 0.5, 3.0])
        np.testing.assert_array_equal(keras.activations.hard_shrink(x), [-2.0, 0.0, 0.0, 3.0])
        np.testing.assert_array_equal(keras.activations.soft_shrink(x), [-1.5, 0.0, 0.0, 2.5])
        assert RReLU(1 / 8, 1 / 3, form="slope").test_slope == pytest.approx(11 / 48, rel=1e-15)
        tanh_form = keras.ops.convert_to_numpy(keras.activations.gelu(x, approximate=True))
        np.testing.assert_allclose(GELU("tanh", dtype="float64")(x), tanh_form, rtol=1e-6)
        assert np.abs(keras.ops.convert_to_numpy(keras.activations.gelu(x)) - tanh_form).max() > 1e-5

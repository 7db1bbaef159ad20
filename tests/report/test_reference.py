"""Reference pages: made from the docstrings alone, complete, and the same bytes each time."""

import hashlib
import importlib
import inspect
import os
import pathlib
import re
import sys

import keras
import numpy as np
import pytest

from experiments import cli
from experiments.report.blocks import Bullets, Code, Paragraph
from experiments.report.reference import addons, build, functions, pages, paths, public
from experiments.report.reference.docstring import parse
from experiments.report.reference.signature import default, parameters, signature

ROOT = pathlib.Path(__file__).resolve().parents[2]

DOCSTRING = """Leaky thing.

More about it.

Formula, `form="a"`: `f(x) = x` for x > 0 and
`s x` else.

Its parts:

- one part,
  which goes on
- another

Shapes: any shape in.

Args:
    slope: s, at least 0: see Xu et al.,
        arXiv:1505.00853. Default 0.1.
    seed: a number.
    **kwargs: the rest.

Raises:
    ValueError: a slope below 0.

Differences from Keras: none.

Example:

>>> 1 + 1
2

>>> 2 + 2
4

Reference: Xu et al., 2015, arXiv:1505.00853, doi:10.1000/x.y.
"""
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


@pytest.fixture(scope="module")
def contents():
    """Texts and pictures of the real thing."""
    return build.contents()


def component(name):
    group = public.groups("fakelib")[0]
    return group, next(c for c in group.components if c.name == name)


def problems():
    with pytest.raises(public.Undocumented) as error:
        public.groups("fakelib")
    return error.value.problems


class TestDocstring:
    docs = parse(DOCSTRING)

    def test_the_parts_are_found(self):
        assert (self.docs.summary, self.docs.text) == ("Leaky thing.", "More about it.")
        assert list(self.docs.sections) == [
            "Formula",
            "Shapes",
            "Args",
            "Raises",
            "Differences from Keras",
            "Example",
            "Reference",
        ]

    def test_a_header_may_go_on_after_a_comma(self):
        first, *_ = self.docs.blocks("Formula")
        assert first == Paragraph('`form="a"`: `f(x) = x` for x > 0 and `s x` else.')

    def test_lists_and_code_are_told_from_text(self):
        assert self.docs.blocks("Formula")[1:] == [
            Paragraph("Its parts:"),
            Bullets(("one part, which goes on", "another")),
        ]
        assert self.docs.blocks("Example") == [Code(">>> 1 + 1\n2\n\n>>> 2 + 2\n4")]

    def test_arguments_keep_their_colons_and_get_links(self):
        link = "[arXiv:1505.00853](https://arxiv.org/abs/1505.00853)"
        assert self.docs.entries("Args") == [
            ("slope", f"s, at least 0: see Xu et al., {link}. Default 0.1."),
            ("seed", "a number."),
            ("**kwargs", "the rest."),
        ]
        assert "[doi:10.1000/x.y](https://doi.org/10.1000/x.y)." in self.docs.blocks("Reference")[0].text

    @pytest.mark.parametrize("text", [None, "", "One line."])
    def test_little_is_enough_to_parse(self, text):
        assert parse(text).summary == (text or "") and not parse(text).sections


class TestSignature:
    class Parent:
        def __init__(self, rate=0.1, beta=0.9, name="parent", **kwargs): ...

    class Mixin:
        def __init__(self, *args, decay, scale=None, **kwargs): ...

    class Child(Mixin, Parent):
        def __init__(self, rate=0.5, *args, name="child", **kwargs): ...

    def test_arguments_passed_on_are_those_of_the_next_class(self):
        text = signature("Child", self.Child)
        assert text == 'Child(rate=0.5, beta=0.9, *, decay, scale=None, name="child", **kwargs)'
        assert [default(p) for p in parameters(self.Child).values()] == [
            "`0.5`",
            "`0.9`",
            "required",
            "`None`",
            '`"child"`',
            "",
        ]

    def test_a_long_one_has_a_line_for_each_argument(self):
        assert signature("Child", self.Child, width=20).splitlines()[:3] == ["Child(", "    rate=0.5,", "    beta=0.9,"]


class TestPublicNames:
    def test_functions_stand_on_the_page_of_their_class(self, library):
        group, cube = component("Cube")
        assert [name for name, _, _ in cube.functions] == ["cube", "half"]
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
            ("def call(", "def __init__(self, a, b=1):\n        pass\n\n    def call(", "Cube: its Args lack a, b."),
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

    def test_what_is_neither_class_nor_function_is_refused(self, library):
        text = FAKE["activations/__init__"].replace("__all__ = [", 'size = 3\n__all__ = ["size", ')
        library(**{"activations/__init__": text})
        assert "fakelib.activations.size: neither a class nor a function" in problems()[0]

    def test_the_build_fails_and_leaves_the_old_pages(self, library, tmp_path, monkeypatch, capsys):
        (tmp_path / "reports/reference").mkdir(parents=True)
        (tmp_path / "reports/reference/old.md").write_text("old")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(
            public, "groups", lambda root: (_ for _ in ()).throw(public.Undocumented(["x.Y: no docstring."]))
        )
        for arguments in (["reference"], ["reference", "--check"]):
            with pytest.raises(SystemExit) as exit:
                cli.main(arguments)
            assert exit.value.code == 1
            assert capsys.readouterr().err == "experiments: x.Y: no docstring.\n"
        assert (tmp_path / "reports/reference/old.md").read_text() == "old"


class TestCurves:
    def plot(self, name):
        return pages.plot(component(name)[1])

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


class TestBuild:
    def digests(self, folder):
        return {
            p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in folder.rglob("*")
            if p.is_file()
        }

    def test_two_builds_give_the_same_bytes_and_nothing_else_stays(self, library, tmp_path):
        folder = tmp_path / "out"
        assert build.build(folder, "fakelib") == folder / "index.html"
        first = self.digests(folder)
        (folder / "left.md").write_text("of an earlier build")
        library()
        build.build(folder, "fakelib")
        assert self.digests(folder) == first
        assert {
            "README.md",
            "index.html",
            "from_tensorflow_addons.md",
            "activations/README.md",
            "activations/Cube.md",
            "activations/figures/Cube.svg",
            "activations/figures/Cube.png",
        } <= set(first)

    def test_the_check_names_what_differs(self, library, tmp_path):
        folder = tmp_path / "out"
        build.build(folder, "fakelib")
        assert build.check(folder, "fakelib") == []
        page = folder / "activations" / "Cube.md"
        page.write_text(page.read_text().replace("Three x squared", "Two x squared"))
        (folder / "activations/figures/Step.png").unlink()
        (folder / "activations/Old.html").write_text("")
        complaints = build.check(folder, "fakelib")
        assert [c.split(":")[0] for c in complaints] == [
            "activations/Cube.md",
            "activations/Old.html",
            "activations/figures/Step.png",
        ]
        assert "Two x squared" in complaints[0] and "Three x squared" in complaints[0]
        assert complaints[1].endswith("belongs to no public name") and complaints[2].endswith("missing")

    def test_a_page_has_all_that_a_reader_needs(self, library):
        group, cube = component("Cube")
        text = build.contents("fakelib")[0]["activations/Cube.md"]
        for needed in (
            "from fakelib.activations import Cube",
            "Cube(**kwargs)",
            "## Formula",
            "figures/Cube.svg",
            "`derivative(x)` | Three x squared.",
            "## Function cube",
            "## Function half",
            "## Differences from Keras",
            ">>> 1",
            "## Source",
            "../../../fakelib/activations/cube.py",
        ):
            assert needed in text, needed
        assert "y = max(0, x). Book 8.3." in build.contents("fakelib")[0]["activations/README.md"]

    def test_a_package_within_a_package_has_its_own_folder(self, library):
        text = '"""Deeper."""\n__all__ = ["thing"]\n\ndef thing():\n    """Thing.\n\n    DOCS\n    """\n'
        library(**{"activations/deep": text})
        page = build.contents("fakelib")[0]["activations/deep/thing.md"]
        for needed in (
            "[Reference](../../README.md) / [fakelib.activations.deep](README.md)",
            "thing()",
            "](../../../../fakelib/activations/deep.py)",
        ):
            assert needed in page

    def test_the_committed_pages_are_what_the_docstrings_give(self, contents, monkeypatch):
        monkeypatch.setattr(build, "contents", lambda root: contents)  # made once for all tests
        assert build.check(ROOT / build.FOLDER) == []


class TestRealPages:
    def test_every_package_has_a_page(self, contents):
        assert {f"{name}/README.md" for name in public.ORDER} <= set(contents[0])

    def test_every_activation_but_maxout_has_a_plot(self, contents):
        (group,) = (group for group in public.groups() if group.path == "custom.activations")
        names = {c.name for c in group.components if c.kind == "component"}
        drawn = {path.split("/")[-1] for path in contents[1] if path.startswith("activations/")}
        assert drawn == names - {"Maxout"} and len(names) > 20

    def test_every_link_leads_somewhere(self, contents):
        texts, pictures = contents
        there = set(texts) | {f"{path}.{ending}" for path in pictures for ending in ("svg", "png")}
        for path, text in texts.items():
            found = (
                re.findall(r'(?:href|src)="([^"]+)"', text)
                if path.endswith("html")
                else re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`|```.*?```", "", text, flags=re.S))
            )
            assert found
            for link in found:
                if link.startswith("https://"):
                    continue
                target = os.path.normpath(os.path.join("reports/reference", os.path.dirname(path), link))
                inside = os.path.relpath(target, "reports/reference")
                assert inside in there or (ROOT / target).is_file(), f"{path}: {link}"
            assert "{page}" not in text and "{index}" not in text

    def test_every_image_has_its_text(self, contents):
        for path, text in contents[0].items():
            for image in re.findall(r"<img [^>]*>", text) if path.endswith("html") else ():
                assert re.search(r'alt="[^"]{40,}"', image), path


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

    def test_our_replacements_link_to_their_pages(self, contents):
        text = contents[0]["from_tensorflow_addons.md"]
        for _, row in self.rows:
            for name in (n for n in row.instead if n.startswith("custom.")):
                assert f"[{name}]({name.removeprefix('custom.').replace('.', '/')}.md)" in text
        for path, names in (
            ("activations/RReLU.md", "`tfa.activations.rrelu`"),
            ("activations/GELU.md", "`tfa.activations.gelu`, `tfa.layers.GELU`"),
        ):
            assert f"In place of {names} of TensorFlow Addons" in contents[0][path]

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

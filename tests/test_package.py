"""The library as another project gets it, and the documents as a newcomer reads them."""

import doctest
import importlib
import os
import pathlib
import pkgutil
import re
import subprocess
import sys

import keras
import pytest

import custom
from custom._registry import PACKAGE
from tests.custom.backends import run_fresh

ROOT = pathlib.Path(__file__).resolve().parents[1]
MODULES = [m.name for m in pkgutil.walk_packages(custom.__path__, "custom.")]


@pytest.mark.slow
def test_an_installed_library_saves_and_loads_in_fresh_processes(tmp_path):
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, ROOT],
        check=True,
        timeout=300,
    )
    installed = sorted(p.name for p in site.iterdir() if not p.name.endswith("-info"))
    assert installed == ["activations_and_optimizers", "custom"]
    readme = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    save = readme + "\nimport numpy as np\nx = np.ones((2, 28, 28, 1))\nnp.save('y.npy', model.predict(x, verbose=0))\n"
    load = (
        "import custom, keras, numpy as np\n"
        "model = keras.saving.load_model('model.keras')\n"
        "np.testing.assert_array_equal(model.predict(np.ones((2, 28, 28, 1)), verbose=0), np.load('y.npy'))\n"
        "assert type(model.layers[1]).__name__ == 'RReLU'\n"
        "assert type(model.optimizer).__module__ == 'custom.optimizers.adam'\n"
        "print(custom.__file__)\n"
    )
    for program in (save, load):
        answer = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
        )
        assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip().startswith(str(site))


LOAD = """
import sys
{before}
import keras
import {package}
model = keras.saving.load_model(sys.argv[1] + "/model.keras")
names = [type(model.layers[0].kernel_initializer), type(model.layers[1]), type(model.optimizer), type(model.loss)]
print(*[f"{{t.__module__}}.{{t.__qualname__}}" for t in names])
"""
MINE = """
import keras
@keras.saving.register_keras_serializable(package="custom")
class PReLU(keras.layers.Layer):
    pass
"""


@pytest.mark.slow
def test_importing_the_package_registers_everything(tmp_path):
    """By either name, with a project's own `custom/` in the way, or a class of the user's in ours' old name."""
    from custom import activations, initializers, losses, optimizers

    layers = [keras.layers.Dense(4, kernel_initializer=initializers.HeNormal(seed=0)), activations.PReLU()]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile(optimizers.Adam(l2=1e-4), losses.HalfSquaredError())
    model.save(tmp_path / "model.keras")
    own = tmp_path / "project" / "custom"
    own.mkdir(parents=True)
    (own / "__init__.py").write_text("MINE = 1\n")
    parts = "initializers.he_normal.HeNormal activations.prelu.PReLU optimizers.adam.Adam"
    parts = f"{parts} losses.half_squared_error.HalfSquaredError".split()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def loaded(package, folder, before=""):
        program = LOAD.format(package=package, before=before)
        command = [sys.executable, "-c", program, tmp_path]
        answer = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
        return answer.stdout.split() if answer.returncode == 0 else answer.stderr

    ours, named = ([f"{name}.{part}" for part in parts] for name in ("custom", "activations_and_optimizers"))
    assert loaded("custom", tmp_path, before=MINE) == ours
    assert loaded("activations_and_optimizers", tmp_path) == ours
    assert loaded("activations_and_optimizers.optimizers.online", own.parent) == named
    nothing = loaded("numpy", tmp_path)
    assert "activations_and_optimizers>" in nothing and "unexpected keyword" not in nothing


REGISTERED = """
import sys
loaded = set(sys.modules)
import custom
assert {name.partition(".")[0] for name in set(sys.modules) - loaded} == {"custom"}
import importlib, keras, pkgutil
registered = set(keras.saving.get_custom_objects())
assert "activations_and_optimizers>AdaGradRDA" in registered
assert custom.optimizers.online.AROW and custom.testing.check_gradient
for module in pkgutil.walk_packages(custom.__path__, "custom."):
    importlib.import_module(module.name)
assert set(keras.saving.get_custom_objects()) == registered
"""


def test_no_component_waits_for_a_module_of_its_own():
    """Importing the package registers all that its modules hold, and imports no other package."""
    run_fresh(REGISTERED)
    assert "testing" in custom.__all__ and "online" in custom.optimizers.__all__


def test_both_names_are_one_package():
    from activations_and_optimizers.optimizers.adam import Adam

    import activations_and_optimizers
    from custom.optimizers import Adam as ours

    assert Adam is ours and activations_and_optimizers is custom


def test_a_class_of_the_users_keeps_its_name():
    """Whoever registered it first, under `custom>`, ours' old package, finds it there."""
    from custom._registry import registered

    @keras.saving.register_keras_serializable(package="custom", name="Theirs")
    class Theirs(keras.layers.Layer):
        pass

    ours = registered(type("Theirs", (keras.layers.Layer,), {}))
    assert keras.saving.get_registered_object("custom>Theirs") is Theirs
    assert keras.saving.get_registered_object(f"{PACKAGE}>Theirs") is ours
    for name in ("custom>Theirs", f"{PACKAGE}>Theirs"):
        del keras.saving.get_custom_objects()[name]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_right(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


PACKAGES = ("activations", "optimizers", "losses", "initializers", "layers", "optimizers.online", "testing")


def test_the_readme_names_only_what_there_is():
    """The names in its table of packages exist; the reference pages, made from `__all__`, name everything."""
    text = (ROOT / "README.md").read_text()
    rows = re.findall(r"^\| `custom\.([\w.]+)` \| (.*) \|$", text, re.M)
    assert {package for package, _ in rows} <= set(PACKAGES)
    for package, components in rows:
        for name in re.findall(r"`(\w+)`", components):
            assert hasattr(importlib.import_module(f"custom.{package}"), name), name
    for path in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("package", ["activations", "optimizers", "losses", "layers"])
def test_a_package_exports_what_its_files_state(package):
    """Every class that Keras can save: one that is not exported would be found by no test."""
    module = importlib.import_module(f"custom.{package}")
    assert sorted(module.__all__) == sorted(set(module.__all__))
    for file in pkgutil.iter_modules(module.__path__, f"custom.{package}."):
        if file.ispkg or file.name.rpartition(".")[2].startswith("_"):
            continue
        classes = {
            name
            for name, value in vars(importlib.import_module(file.name)).items()
            if isinstance(value, type) and keras.saving.get_registered_name(value) == f"{PACKAGE}>{name}"
        }
        assert classes <= set(module.__all__), file.name


STANDARD = {
    "collections",
    "contextlib",
    "functools",
    "inspect",
    "itertools",
    "math",
    "numbers",
    "re",
    "sys",
    "typing",
    "warnings",
    "weakref",
}
# Where a backend's own differentiation or its foreach operations are needed, and nowhere else.
BACKEND_MODULES = {
    f"custom/{name}.py" for name in ("_autodiff", "_elementwise", "_islands", "_random", "optimizers/_foreach")
}


def test_custom_depends_on_keras_and_numpy_only():
    for path in (ROOT / "custom").rglob("*.py"):
        allowed = {"custom", "keras", "numpy"} | STANDARD
        if path.relative_to(ROOT).as_posix() in BACKEND_MODULES:
            allowed |= {"tensorflow", "jax", "torch"}
        assert not re.search(r"^\s*(from|import) custom", path.read_text(), re.M), (
            f"{path}: another custom may be meant"
        )
        for line, module in re.findall(r"^(\s*(?:from|import) (\w+).*)", path.read_text(), re.M):
            assert module in allowed, f"{path}: {module}"
            assert module not in ("tensorflow", "jax", "torch") or line[0] == " ", f"{path}: {module} at import"

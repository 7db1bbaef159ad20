"""One step of each optimizer beside Keras's, PyTorch's and optax's of the same name.

    KERAS_BACKEND=jax python -m experiments.benchmarks.optimizers --out optimizers_jax.json

Two sets of weights: those of a ResNet (160 variables, 11 million weights, most variables small) and
of a multilayer network (16 variables, 1 million). The contenders take turns, a few steps each, after a
warm-up; many short turns, so that a machine that slows down does so for all of them. A row has a process
of its own: what earlier rows leave in memory changes a step's time. It gives the median time of a step
and the median over the turns of the ratio to Keras. Compiled as training is: a `tf.function` (`--xla` for
XLA), `jax.jit` with donated state, PyTorch eager. PyTorch's and optax's optimizers run on their own
backends only.
"""

import argparse
import contextlib
import itertools
import json
import multiprocessing
from functools import partial

import keras
import numpy as np

from custom import optimizers as custom
from experiments.benchmarks import timing
from experiments.benchmarks.components import exported, required
from experiments.benchmarks.options import above_0, at_least_1
from experiments.runs import backend

BACKEND = keras.backend.backend()
# Values of arguments that some optimizers require.
GIVEN = {"learning_rate": 0.01, "beta": 0.9, "weight_decay": 1e-5, "inner": custom.Momentum}
# Name and arguments in another library where the same name does not tell; `None`: it has no such optimizer.
SGD = {"keras": "SGD", "torch": "SGD", "optax": "sgd"}
ELSEWHERE = {
    "GradientDescent": {library: (name, {}) for library, name in SGD.items()},
    "Momentum": {library: (name, {"momentum": 0.9}) for library, name in SGD.items()},
    "Nesterov": {library: (name, {"momentum": 0.9, "nesterov": True}) for library, name in SGD.items()},
    "Lookahead": {"optax": None},  # which wraps pairs of weights
    # Keras's own rule, where the class's default is the paper's schedule.
    "Nadam, Keras's schedule": {"keras": ("Nadam", {}), "torch": None, "optax": None},
}
FORMS = {
    "Nadam": {"Keras's schedule": partial(custom.Nadam, 0.001, beta_1=0.9, epsilon=1e-7, schedule="keras")},
}


def contenders():
    """Return what makes each optimizer of `custom`, by name."""
    found = {}
    for name, cls in exported(custom, keras.optimizers.Optimizer).items():
        found[name] = partial(made, cls)
        found |= {f"{name}, {form}": maker for form, maker in FORMS.get(name, {}).items()}
    return found


def made(cls):
    """Return an optimizer with its defaults, and what it requires from `GIVEN`."""
    given = {name: GIVEN[name] for name in required(cls)}
    return cls(**{name: value() if callable(value) else value for name, value in given.items()})


def elsewhere(library, module, name):
    """Return the maker of an optimizer's namesake in another library, and its arguments; `None` where it has none."""
    if library in ELSEWHERE.get(name, {}):
        found = ELSEWHERE[name][library]
        return found and (getattr(module, found[0]), found[1])
    for other in dir(module):
        if other.lower() == name.lower() and callable(getattr(module, other)):
            return getattr(module, other), {}
    return None


CONTENDERS = contenders()


def resnet_shapes(width=42):
    """Return the shapes of 53 convolutions in bottlenecks, of their normalisations, and of a head."""
    convolutions, channels = [(7, 7, 3, width)], width
    for stage, blocks in enumerate((3, 4, 6, 3)):
        inner, outer = width * 2**stage, 4 * width * 2**stage
        for block in range(blocks):
            convolutions += [(1, 1, channels, inner), (3, 3, inner, inner), (1, 1, inner, outer)]
            convolutions += [(1, 1, channels, outer)] if block == 0 else []
            channels = outer
    return [shape for c in convolutions for shape in (c, c[-1:], c[-1:])] + [(channels, 1000)]


def perceptron_shapes(units=350):
    """Return the shapes of a multilayer network of seven hidden layers."""
    sizes = [784, *[units] * 7, 10]
    return [shape for a, b in itertools.pairwise(sizes) for shape in ((a, b), (b,))]


SETS = {"resnet": resnet_shapes(), "perceptron": perceptron_shapes()}


def arrays(shapes, seed, scale):
    """Return normal numbers of these shapes."""
    rng = np.random.default_rng(seed)
    return [scale * rng.standard_normal(shape, dtype="float32") for shape in shapes]


def keras_stepper(optimizer, shapes, xla):
    """Return a function that takes `n` steps and returns when they are done."""
    variables = [keras.Variable(a, name=f"v{i}") for i, a in enumerate(arrays(shapes, 0, 0.1))]
    gradients = [keras.ops.convert_to_tensor(a) for a in arrays(shapes, 1, 0.01)]
    optimizer.build(variables)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        step = tf.function(lambda *gs: optimizer.apply(gs, variables), jit_compile=xla)

        def run(n):
            for _ in range(n):
                step(*gradients)
            variables[0].numpy()

        return run
    if BACKEND == "jax":
        import jax

        # Donated buffers go to the results in order: the state comes back as it went in.
        def step(weights, state, gradients):
            return optimizer.stateless_apply(state, gradients, weights)

        compiled = jax.jit(step, donate_argnums=(0, 1))
        state = [v.value for v in variables], [v.value for v in optimizer.variables]
        return jax_stepper(lambda state: compiled(*state, gradients), state)

    def run(n):
        for _ in range(n):
            optimizer.apply(gradients, variables)

    return run


def jax_stepper(step, state):
    """Return a function that takes `n` steps of `step` from `state` on."""
    import jax

    def run(n):
        nonlocal state
        for _ in range(n):
            state = step(state)
        jax.block_until_ready(state)

    return run


def torch_stepper(maker, options, shapes):
    """Return the steps of PyTorch's optimizer, as `keras_stepper` does."""
    import torch

    weights = [torch.nn.Parameter(torch.from_numpy(a)) for a in arrays(shapes, 0, 0.1)]
    for weight, gradient in zip(weights, arrays(shapes, 1, 0.01), strict=True):
        weight.grad = torch.from_numpy(gradient)
    optimizer = maker(weights, lr=1e-3, **options)

    def run(n):
        for _ in range(n):
            optimizer.step()

    return run


def optax_stepper(maker, options, shapes):
    """Return the steps of optax's optimizer, as `keras_stepper` does."""
    import jax
    import optax

    optimizer = maker(1e-3, **options)
    weights, gradients = ([jax.numpy.asarray(a) for a in arrays(shapes, *how)] for how in ((0, 0.1), (1, 0.01)))

    def step(weights, state, gradients):
        updates, state = optimizer.update(gradients, state, weights)
        return optax.apply_updates(weights, updates), state

    compiled = jax.jit(step, donate_argnums=(0, 1))
    return jax_stepper(lambda state: compiled(*state, gradients), (weights, optimizer.init(weights)))


def steppers(name, shapes, xla):
    """Return the steps of each contender of a row."""
    found = {"custom": keras_stepper(CONTENDERS[name](), shapes, xla)}
    if theirs := elsewhere("keras", keras.optimizers, name):
        found["keras"] = keras_stepper(theirs[0](**theirs[1]), shapes, xla)
    if BACKEND == "torch":
        import torch

        maker, options = elsewhere("torch", torch.optim, name) or (None, {})
        if maker:
            found["torch_foreach"] = torch_stepper(maker, options | {"foreach": True}, shapes)
            with contextlib.suppress(TypeError):  # some have no fused form
                found["torch_fused"] = torch_stepper(maker, options | {"fused": True}, shapes)
    if BACKEND == "jax":
        import optax

        if theirs := elsewhere("optax", optax, name):
            found["optax"] = optax_stepper(*theirs, shapes)
    return found


def row_of(weights, name, rounds, seconds, xla):
    """Return what the file keeps of one optimizer on one set of weights."""
    times = timing.measure(steppers(name, SETS[weights], xla), rounds, seconds)
    return {
        "weights": weights,
        "optimizer": name,
        "milliseconds": timing.medians(times),
        "ratio_to_keras": timing.ratios(times, "keras") if "keras" in times else {},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", help="file for the results, as JSON")
    parser.add_argument("--only", action="append", choices=CONTENDERS, help="optimizer to measure; may be repeated")
    parser.add_argument("--rounds", type=at_least_1, default=101, help="turns of each contender (default: 101)")
    parser.add_argument("--seconds", type=above_0, default=0.03, help="length of a turn (default: 0.03)")
    parser.add_argument("--xla", action="store_true", help="compile by XLA on TensorFlow")
    options = parser.parse_args()
    backend.prepare()
    environment = timing.environment(BACKEND == "jax" or (BACKEND == "tensorflow" and options.xla))
    print(", ".join(f"{key} {value}" for key, value in environment.items()))
    rows = []
    for weights, shapes in SETS.items():
        total = sum(int(np.prod(shape)) for shape in shapes)
        print(f"\n{weights}: {len(shapes)} variables, {total:,} weights; milliseconds a step (ratio to Keras)")
        for name in options.only or CONTENDERS:
            with multiprocessing.get_context("spawn").Pool(1, backend.prepare) as pool:
                row = pool.apply(row_of, (weights, name, options.rounds, options.seconds, options.xla))
            rows.append(row)
            cells = [
                f"{who} {ms:.3f}" + (f" ({row['ratio_to_keras'][who][1]:.2f})" if row["ratio_to_keras"] else "")
                for who, ms in row["milliseconds"].items()
            ]
            print(f"{name:24}", "  ".join(cells), flush=True)
    if options.out:
        with open(options.out, "w") as file:
            json.dump({"environment": environment, "results": rows}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()

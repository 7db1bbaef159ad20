"""Pages of the benchmarks, made from the JSON files that they wrote.

python -m experiments.benchmarks.publish            # rebuild reports/benchmarks/ and reports/overhead_benchmark/
python -m experiments.benchmarks.publish --check    # fail if a rebuild would change them
"""

import argparse
import json
import pathlib
import tempfile

from experiments.benchmarks import overhead_page
from experiments.files import replacing
from experiments.report import render
from experiments.report.blocks import Code, Grid, Heading, Page, Paragraph, Picture
from experiments.report.figures import save

FOLDER = pathlib.Path("reports") / "benchmarks"
OVERHEAD = pathlib.Path("reports") / "overhead_benchmark"
INTERVALS = "ratios are medians over the turns, with the 95 % interval of the median where it was kept."
NOTHING = "–"
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def read(folder, kind):
    """Return the benchmark's files, in the order of their names."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(f"{kind}_*.json"))]


def title(environment):
    """Return the backend, its version and how it compiles."""
    compiler = {"tensorflow": "XLA" if environment["xla"] else "without XLA", "jax": "XLA", "torch": "eager"}
    return f"{NAMES[environment['backend']]} {environment['backend_version']}, {compiler[environment['backend']]}"


def where(environments):
    """Return the machines and their load, in words."""
    machines = sorted({f"{e['processor']}, {e['cores']} cores, Keras {e['keras']}" for e in environments})
    loads = ", ".join(f"{title(e)}: {e['load_before']}" for e in environments)
    return f"Machine: {'; '.join(machines)}. Load average before each run: {loads}."


def activations(folder):
    """Return the section on activations; nothing where none was measured."""
    files = read(folder, "activations")
    if not files:
        return []
    environments = [file["environment"] for file in files]
    header = ["Activation"]
    for environment in environments:
        header += [f"{title(environment)}: ms", "to Keras", "to ReLU"]
    header += [f"memory, MiB (Keras's): {title(f['environment'])}" for f in files if "peak_bytes" in f["results"][0]]
    found = [{row["activation"]: row for row in file["results"]} for file in files]
    rows = []
    for name in dict.fromkeys(name for by_name in found for name in by_name):
        cells = [name]
        for row in (by_name.get(name) for by_name in found):
            ratios = (row["ratio_to_keras"], row["ratio_to_relu"]) if row else (None, None)
            cells += [f"{row['milliseconds']['custom']:.1f}" if row else NOTHING, *map(interval, ratios)]
        for file, by_name in zip(files, found, strict=True):
            if "peak_bytes" in file["results"][0]:
                cells.append(memory(by_name.get(name, {}).get("peak_bytes")))
        rows.append(tuple(cells))
    return [
        Heading("Activations"),
        Paragraph(
            "Forward and backward pass over 128 images of 32 x 32 with 192 channels in float32, 100 MB a tensor. "
            '"to Keras": time by that of Keras\'s own form in the same run, where it has one; "to ReLU": by '
            "`keras.ops.relu`. Memory: what a call needs beyond its input and upstream gradient, in a fresh process "
            "with the C library's own ways; elsewhere it keeps freed memory."
        ),
        Paragraph(
            "Sigmoid, Tanh, Softsign, ReLU, LeakyReLU, ELU, SELU, Softplus, GELU (exact), SiLU and Softmax are in "
            "float32 the backend's own kernel, as Keras's are, and so is HardSigmoid on TensorFlow: what their ratios "
            "differ from 1 is the noise of the measurement."
        ),
        Paragraph(where(environments)),
        Code(
            "python -m experiments.benchmarks.activations --memory --out reports/benchmarks/activations_tensorflow.json"
        ),
        Grid(
            tuple(header),
            tuple(rows),
            f"Medians of interleaved turns after a warm-up; {INTERVALS}",
            numeric=tuple(range(1, len(header))),
        ),
    ]


def memory(peak):
    """Return the MiB of ours, and of Keras's form where it was measured."""
    if peak is None:
        return NOTHING
    keras_form = f" ({peak['keras'] / 2**20:.0f})" if "keras" in peak else ""
    return f"{peak['custom'] / 2**20:.0f}{keras_form}"


def optimizers(folder):
    """Return the section on optimizers; nothing where none was measured."""
    files = read(folder, "optimizers")
    if not files:
        return []
    blocks = [
        Heading("Optimizers"),
        Paragraph(
            "One step over the weights of a ResNet (160 variables, 11 million numbers) and of a multilayer network (16 "
            "variables, 1 million), in milliseconds; behind it the time by that of Keras's optimizer of the same name "
            "in the same run, a process for each row. PyTorch's and optax's optimizers run on their own backends."
        ),
        Paragraph(
            "Nadam is Dozat's, in which the decay of the first moment changes from step to step; in Keras's class it "
            "is constant and the schedule another one. The row with Keras's schedule compares the same rule."
        ),
        Paragraph(where([file["environment"] for file in files])),
        Code(
            "KERAS_BACKEND=jax python -m experiments.benchmarks.optimizers --out reports/benchmarks/optimizers_jax.json"
        ),
    ]
    for file in files:
        who = list(dict.fromkeys(name for row in file["results"] for name in row["milliseconds"]))
        rows = tuple((row["optimizer"], row["weights"], *(timed(row, name) for name in who)) for row in file["results"])
        header = ("Optimizer", "Weights", *who)
        caption = f"{title(file['environment'])}. Medians of interleaved turns after a warm-up; {INTERVALS}"
        blocks.append(Grid(header, rows, caption, numeric=tuple(range(2, len(header)))))
    return blocks


def timed(row, name):
    """Return the time of a contender, and its ratio to Keras."""
    if name not in row["milliseconds"]:
        return NOTHING
    ratio = None if name == "keras" else row["ratio_to_keras"].get(name)
    return f"{row['milliseconds'][name]:.2f}" + (f", {interval(ratio)}" if ratio else "")


def interval(ratio):
    """Return a ratio with its interval; without one where the file is older than intervals are; a dash for none."""
    if isinstance(ratio, float):
        return f"{ratio:.2f}"
    return f"{ratio[1]:.2f} [{ratio[0]:.2f}, {ratio[2]:.2f}]" if ratio else NOTHING


def page(folder):
    """Return the page of activations and optimizers."""
    text = Paragraph("Speed, measured side by side in one run of one machine: only the ratios carry over to another.")
    return Page("Benchmarks", (text, *activations(folder), *optimizers(folder)))


def files(made):
    """Return a page as it is written: bytes by path within its folder."""
    found = {"README.md": render.markdown(made).encode()}
    for block in made.blocks:
        if isinstance(block, Picture):
            with tempfile.TemporaryDirectory() as folder:
                save(block.draw, folder, block.name)
                name = f"{block.name}.svg"
                found[f"figures/{name}"] = (pathlib.Path(folder) / name).read_bytes()
    return found


def everything():
    """Return all pages' files, by path."""
    pages = {FOLDER: page(FOLDER), OVERHEAD: overhead_page.page(OVERHEAD)}
    return {folder / name: text for folder, made in pages.items() if made for name, text in files(made).items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a rebuild would change a page")
    options = parser.parse_args()
    made = everything()
    if not options.check:
        for path, text in made.items():
            with replacing(path) as file:
                file.write(text)
        return 0
    old = [path for path, text in made.items() if not path.is_file() or path.read_bytes() != text]
    for path in old:
        print(f"{path} is not what its records give. Run: python -m experiments.benchmarks.publish")
    return 1 if old else 0


if __name__ == "__main__":
    raise SystemExit(main())

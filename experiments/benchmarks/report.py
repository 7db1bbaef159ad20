"""The pages of the benchmarks, made from the JSON files that they wrote.

python -m experiments.benchmarks.report            # rebuild reports/benchmarks/ and reports/overhead_benchmark/
python -m experiments.benchmarks.report --check    # fail if a rebuild would change them
"""

import argparse
import json
import pathlib
import tempfile

from experiments.benchmarks import overhead_page
from experiments.harness.report import render
from experiments.harness.report.blocks import Code, Grid, Heading, Page, Paragraph, Picture
from experiments.harness.report.figures import save
from experiments.harness.store import replacing

FOLDER = pathlib.Path("reports") / "benchmarks"
OVERHEAD = pathlib.Path("reports") / "overhead_benchmark"
INTERVALS = "ratios are medians over the turns, with the 95 % interval of the median where it was kept."
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def read(folder, kind):
    """The benchmark's files, by name."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(f"{kind}_*.json"))]


def title(environment):
    compiler = {"tensorflow": "XLA" if environment["xla"] else "without XLA", "jax": "XLA", "torch": "eager"}
    return f"{NAMES[environment['backend']]} {environment['backend_version']}, {compiler[environment['backend']]}"


def where(environments):
    machines = sorted({f"{e['processor']}, {e['cores']} cores, Keras {e['keras']}" for e in environments})
    loads = ", ".join(f"{title(e)}: {e['load_before']}" for e in environments)
    return f"Machine: {'; '.join(machines)}. Load average before each run: {loads}."


def activations(folder):
    files = read(folder, "activations")
    if not files:
        return []
    environments = [file["environment"] for file in files]
    header = ["Activation"]
    for environment in environments:
        header += [f"{title(environment)}: ms", "to Keras", "to ReLU"]
    header += [f"memory, MiB (Keras's): {title(f['environment'])}" for f in files if "peak_bytes" in f["results"][0]]
    rows = []
    for i, first in enumerate(files[0]["results"]):
        cells = [first["activation"]]
        for file in files:
            row = file["results"][i]
            times = row["milliseconds"]["custom"], row["ratio_to_keras"], row["ratio_to_relu"]
            cells += [f"{times[0]:.1f}", interval(times[1]), interval(times[2])]
        for file in files:
            if memory := file["results"][i].get("peak_bytes"):
                keras_form = f" ({memory['keras'] / 2**20:.0f})" if "keras" in memory else ""
                cells.append(f"{memory['custom'] / 2**20:.0f}{keras_form}")
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


def optimizers(folder):
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
    if name not in row["milliseconds"]:
        return "–"
    ratio = None if name == "keras" else row["ratio_to_keras"].get(name)
    return f"{row['milliseconds'][name]:.2f}" + (f", {interval(ratio)}" if ratio else "")


def interval(ratio):
    """A ratio with its interval; without one where the file is older than intervals are; a dash for none."""
    if isinstance(ratio, float):
        return f"{ratio:.2f}"
    return f"{ratio[1]:.2f} [{ratio[0]:.2f}, {ratio[2]:.2f}]" if ratio else "–"


def page(folder):
    text = Paragraph("Speed, measured side by side in one run of one machine: only the ratios carry over to another.")
    return Page("Benchmarks", (text, *activations(folder), *optimizers(folder)))


def files(made):
    """What a page is written as: bytes by path within its folder."""
    found = {"README.md": render.markdown(made).encode(), "index.html": render.html(made).encode()}
    for block in made.blocks:
        if isinstance(block, Grid) and block.name:
            found[f"tables/{block.name}.csv"] = render.csv_text(block).encode()
            found[f"tables/{block.name}.tex"] = render.latex(block).encode()
        if isinstance(block, Picture):
            with tempfile.TemporaryDirectory() as folder:
                save(block.draw, folder, block.name)
                for path in pathlib.Path(folder).iterdir():
                    found[f"figures/{path.name}"] = path.read_bytes()
    return found


def everything():
    """All pages' files, by path."""
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
        print(f"{path} is not what its records give. Run: python -m experiments.benchmarks.report")
    return 1 if old else 0


if __name__ == "__main__":
    raise SystemExit(main())

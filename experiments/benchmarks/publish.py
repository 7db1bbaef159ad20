"""Pages of the benchmarks, made from the JSON files that they wrote.

python -m experiments.benchmarks.publish            # rebuild reports/benchmarks/ and reports/overhead_benchmark/
python -m experiments.benchmarks.publish --check    # fail if a rebuild would change them
"""

import argparse
import json
import pathlib
import tempfile

from experiments.benchmarks import overhead_page
from experiments.benchmarks.overhead_page import links, words
from experiments.files import replacing
from experiments.report import render
from experiments.report.blocks import Code, Grid, Heading, Page, Paragraph, Picture
from experiments.report.figures import save
from experiments.report.page import FILES
from experiments.spec.text import LANGUAGES, bracketed

FOLDER = pathlib.Path("reports") / "benchmarks"
OVERHEAD = pathlib.Path("reports") / "overhead_benchmark"
NOTHING = "–"
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def read(folder, kind):
    """Return the benchmark's files, in the order of their names."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(f"{kind}_*.json"))]


def title(text, environment):
    """Return the backend, its version and how it compiles."""
    compiler = {"tensorflow": "xla" if environment["xla"] else "plain", "jax": "xla", "torch": "eager"}
    backend = f"{NAMES[environment['backend']]} {environment['backend_version']}"
    return text.page(compiler[environment["backend"]], backend=backend)


def where(text, environments):
    """Return the machines and their load, in words."""
    names = ("processor", "cores", "keras")
    machines = sorted({text.page("machine_of", **{name: e[name] for name in names}) for e in environments})
    loads = "; ".join(f"{title(text, e)}: {text.numeral(e['load_before'])}" for e in environments)
    return Paragraph(text.page("machine", machines="; ".join(machines), loads=loads))


def activations(folder, text):
    """Return the section on activations; nothing where none was measured."""
    files = read(folder, "activations")
    if not files:
        return []
    environments = [file["environment"] for file in files]
    header = [text.page("activation")]
    for environment in environments:
        who = title(text, environment)
        header += [text.page("milliseconds", who=who), text.page("to_keras"), text.page("to_relu")]
    measured = [file for file in files if "peak_bytes" in file["results"][0]]
    header += [text.page("memory", who=title(text, file["environment"])) for file in measured]
    found = [{row["activation"]: row for row in file["results"]} for file in files]
    rows = []
    for name in dict.fromkeys(name for by_name in found for name in by_name):
        cells = [text.labels.get(name, name)]
        for row in (by_name.get(name) for by_name in found):
            ratios = (row["ratio_to_keras"], row["ratio_to_relu"]) if row else (None, None)
            cells.append(text.numeral(row["milliseconds"]["custom"], ".1f") if row else NOTHING)
            cells += [interval(text, ratio) for ratio in ratios]
        for file, by_name in zip(files, found, strict=True):
            if file in measured:
                cells.append(memory(by_name.get(name, {}).get("peak_bytes")))
        rows.append(tuple(cells))
    command = "python -m experiments.benchmarks.activations --memory"
    caption = text.page("medians", intervals=text.page("intervals"))
    return [
        Heading(text.page("activations"), anchor="activations"),
        Paragraph(text.page("activations_say")),
        Paragraph(text.page("activations_kernels")),
        where(text, environments),
        Code(f"{command} --out reports/benchmarks/activations_tensorflow.json"),
        Grid(tuple(header), tuple(rows), caption, numeric=tuple(range(1, len(header)))),
    ]


def memory(peak):
    """Return the MiB of ours, and of Keras's form where it was measured."""
    if peak is None:
        return NOTHING
    keras_form = f" ({peak['keras'] / 2**20:.0f})" if "keras" in peak else ""
    return f"{peak['custom'] / 2**20:.0f}{keras_form}"


def optimizers(folder, text):
    """Return the section on optimizers; nothing where none was measured."""
    files = read(folder, "optimizers")
    if not files:
        return []
    command = "KERAS_BACKEND=jax python -m experiments.benchmarks.optimizers"
    blocks = [
        Heading(text.page("optimizers"), anchor="optimizers"),
        Paragraph(text.page("optimizers_say")),
        Paragraph(text.page("optimizers_nadam")),
        where(text, [file["environment"] for file in files]),
        Code(f"{command} --out reports/benchmarks/optimizers_jax.json"),
    ]
    for file in files:
        who = list(dict.fromkeys(name for row in file["results"] for name in row["milliseconds"]))
        rows = []
        for row in file["results"]:
            name, weights = row["optimizer"], f"weights_{row['weights']}"
            cells = (text.labels.get(name, name), text.labels.get(weights, row["weights"]))
            rows.append((*cells, *(timed(text, row, one) for one in who)))
        header = (text.page("optimizer"), text.page("weights"), *(text.labels.get(one, one) for one in who))
        told = dict(who=title(text, file["environment"]), intervals=text.page("intervals"))
        blocks.append(Grid(header, tuple(rows), text.page("medians_of", **told), numeric=tuple(range(2, len(header)))))
    return blocks


def timed(text, row, name):
    """Return the time of a contender, and its ratio to Keras."""
    if name not in row["milliseconds"]:
        return NOTHING
    ratio = None if name == "keras" else row["ratio_to_keras"].get(name)
    mark = "; " if text.language == "pt" else ", "
    time = text.numeral(row["milliseconds"][name], ".2f")
    return f"{time}{mark}{interval(text, ratio)}" if ratio else time


def interval(text, ratio):
    """Return a ratio with its interval; without one where the file is older than intervals are; a dash for none."""
    if not ratio:
        return NOTHING
    if isinstance(ratio, float):
        return text.numeral(ratio, ".2f")
    low, middle, high = (text.numeral(number, ".2f") for number in ratio)
    return f"{middle} {bracketed(low, high)}"


def page(folder, text):
    """Return the page of activations and optimizers."""
    blocks = (Paragraph(text.page("says")), *activations(folder, text), *optimizers(folder, text))
    return Page(text.page("title"), (links(text), *blocks), text.language)


def files(made):
    """Return a page as it is written: bytes by path within its folder."""
    found = {FILES[made.language]: render.markdown(made).encode()}
    for block in made.blocks:
        if isinstance(block, Picture):
            with tempfile.TemporaryDirectory() as folder:
                name = render.stem(block.name, made.language)
                save(block.draw, folder, name)
                found[f"figures/{name}.svg"] = (pathlib.Path(folder) / f"{name}.svg").read_bytes()
    return found


def everything():
    """Return all pages' files, by path."""
    made = {}
    for folder, build in ((FOLDER, page), (OVERHEAD, overhead_page.page)):
        pages = [build(folder, text) for text in map(words, LANGUAGES)] if folder.is_dir() else []
        made |= {folder / name: content for one in pages if one for name, content in files(one).items()}
    return made


def differing():
    """Return the pages and figures that a rebuild would change."""
    return [path for path, content in everything().items() if not path.is_file() or path.read_bytes() != content]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a rebuild would change a page")
    options = parser.parse_args()
    if not options.check:
        for path, content in everything().items():
            with replacing(path) as file:
                file.write(content)
        return 0
    old = differing()
    for path in old:
        print(f"{path} is not what its records give. Run: python -m experiments.benchmarks.publish")
    return 1 if old else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Page of the overhead benchmark, from the JSON file that it wrote."""

import json
import pathlib
import textwrap

from experiments.benchmarks.kernels import KINDS
from experiments.benchmarks.nets import NETS
from experiments.benchmarks.overhead import ACTIVATIONS, ENGINE, STACKS
from experiments.benchmarks.overhead_contenders import PLAIN
from experiments.report.blocks import Code, Grid, Heading, Page, Paragraph, Picture
from experiments.report.figures import COLOURS, MARKERS, log_axis
from experiments.report.page import FILES
from experiments.spec.text import LANGUAGES, Text, bracketed

FILE = "overhead.json"
COMMAND = "python -m experiments.benchmarks.overhead {}--out reports/overhead_benchmark/overhead.json"
NOTHING = "–"
WIDTH, ROW = 5.6, 0.36  # inches of the figure of all networks, and of a network's row
# Contenders whose names the catalogue need not have, and the order of all.
SHORT = {
    "fit": "fit, TensorFlow",
    "fit_tuned": None,
    "engine_tensorflow": None,
    "fit_jax": "fit, JAX",
    "engine_jax": None,
    "torch": "PyTorch",
}


def words(language):
    """Return the words of the benchmarks' pages in a language."""
    return Text.load(pathlib.Path(__file__).parent, language)


def links(text):
    """Return the line of links at the top of a page."""
    others = [FILES[language] for language in LANGUAGES if language != text.language]
    found = [f"[{text.page('all_reports')}](../{FILES[text.language]})"]
    return Paragraph(" · ".join([*found, *(f"[{text.page('language')}]({file})" for file in others)]))


def page(folder, text):
    """Return the `Page`; `None` where nothing has been measured."""
    path = folder / FILE
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    blocks = [links(text), _introduction(text, found["environment"])]
    parts = {"table": _table, "gpu": _gpu, "kernels": _kernels, "onednn": _onednn, "stacks": _stacks}
    parts |= {"activations": _activations}
    for part, make in parts.items():
        if part in found:
            blocks += make(text, found[part])
    return Page(text.page("step_title"), tuple(blocks), text.language)


def _introduction(text, environment):
    told = {name: environment[name] for name in ("processor", "cores", "keras")}
    return Paragraph(text.page("step_says", **told, load=environment["load_before"]))


def _net(text, row):
    """Return the printed name of a row's network."""
    return text.labels.get(row["net"], NETS[row["net"]].title)


def _who(text, name):
    """Return the printed name of a contender."""
    return SHORT[name] or text.labels[name]


def _three(text, number):
    """Return three significant digits."""
    return text.numeral(number, ",.0f" if number >= 100 else ".3g")


def _columns(row):
    """Return what a row shows, by column; PyTorch in whatever of its forms was the fastest."""
    found = row["contenders"]
    torch = [result for who, result in found.items() if who.startswith("torch")]
    timed = [result for result in torch if "milliseconds" in result]
    best = min(timed, key=lambda result: result["milliseconds"]) if timed else (torch or [None])[0]
    return {who: best if who == "torch" else found.get(who) for who in SHORT}


def _time(text, result):
    """Return a cell: the time, a dash for what was not measured, a word for a contender that died."""
    if result is None:
        return NOTHING
    return _three(text, result["milliseconds"]) if "milliseconds" in result else text.page("failed")


def _times(found):
    """Return the times of those that were timed."""
    return {name: result["milliseconds"] for name, result in found.items() if "milliseconds" in result}


def _ratio(result, other):
    """Return a time by another's; `None` where one is missing."""
    if not all(found and "milliseconds" in found for found in (result, other)):
        return None
    return result["milliseconds"] / other["milliseconds"]


def _by(text, result, other, digits=1):
    """Return a ratio as a cell, with its interval over the turns where that was kept."""
    ratio = _ratio(result, other)
    if ratio is None:
        return NOTHING
    if "ratio" not in result:
        return text.numeral(ratio, f".{digits}f")
    low, middle, high = (text.numeral(number, ".2f") for number in result["ratio"])
    return f"{middle} {bracketed(low, high)}"


def _percent(text, share):
    return text.with_unit(text.numeral(100 * share, ".0f"), "%")


def _share(text, row, best):
    """Return the share of the row's peak that its arithmetic reaches in `best` milliseconds."""
    if not row["peak"] or best is None:
        return NOTHING
    return _percent(text, row["operations"] / (best / 1e3) / row["peak"])


def _fastest(columns):
    """Return the time of the engine's faster backend; `None` where neither was timed."""
    engines = (columns.get(who) for who in ("engine_tensorflow", "engine_jax"))
    return min((found["milliseconds"] for found in engines if found and "milliseconds" in found), default=None)


def _failures(text, rows, of="contenders"):
    """Return a paragraph that says which contenders died, and why."""
    said = [
        f"{_net(text, row)}, {who}: {result['failed']}."
        for row in rows
        for who, result in row[of].items()
        if "failed" in result
    ]
    return [Paragraph(text.page("failures", lines=" ".join(said)))] if said else []


def _table(text, rows):
    names = ("fit_by_engine", "torch_by_engine", "peak", "of_peak")
    header = (text.page("network"), text.page("batch"), *(_who(text, who) for who in SHORT), *map(text.page, names))
    lines = []
    for row in rows:
        columns = _columns(row)
        lines.append(
            (
                _net(text, row),
                NETS[row["net"]].batch,
                *(_time(text, result) for result in columns.values()),
                _by(text, columns["fit"], columns[ENGINE]),
                _by(text, columns["torch"], columns[ENGINE]),
                f"{row['peak'] / 1e9:.0f}" if row["peak"] else NOTHING,
                _share(text, row, _fastest(columns)),
            )
        )
    caption = text.page("step_caption", intervals=text.page("intervals"))
    return [
        Heading(text.page("networks"), anchor="networks"),
        Paragraph(text.page("networks_say", forms=_forms(text, rows))),
        Code(COMMAND.format("")),
        Grid(header, tuple(lines), caption, numeric=tuple(range(1, len(header)))),
        *_failures(text, rows),
        _bars(text, rows),
    ]


def _forms(text, rows):
    """Return in words which of PyTorch's forms were tried."""
    many = any(len([who for who in row["contenders"] if who.startswith("torch")]) > 1 for row in rows)
    return text.page("forms_many" if many else "forms_one")


def _gpu(text, found):
    who = {name: _who(text, name) for name in ("engine_jax", "engine_tensorflow")}
    who["torch"] = text.page("torch_compiled")
    first, last = ("network", "batch", "step_precision"), ("engine_by_torch", "gpu_peak", "of_peak")
    header = (*map(text.page, first), *who.values(), *map(text.page, last))
    lines, names = [], set()
    for row in found["rows"]:
        net, results = NETS[row["net"]], row["contenders"]
        times = _times(results)
        names |= {result["accelerator"] for result in results.values() if "accelerator" in result}
        speeds = (
            _three(text, net.batch / (times[name] / 1e3)) if name in times else text.page("failed") for name in who
        )
        lines.append(
            (
                _net(text, row),
                net.batch,
                row["precision"],
                *speeds,
                _by(text, results["torch"], results["engine_jax"]),
                _three(text, row["peak"] / 1e12) if row["peak"] else NOTHING,
                _share(text, row, _fastest(results)),
            )
        )
    caption = text.page("gpu_caption", intervals=text.page("intervals"))
    return [
        Heading(text.page("gpu"), anchor="gpu"),
        Paragraph(text.page("gpu_says", names=", ".join(sorted(names)) or text.page("no_gpu"))),
        Code("KERAS_BACKEND=jax " + COMMAND.format("--device gpu ")),
        Grid(header, tuple(lines), caption, numeric=tuple(range(3, len(header)))),
        *_failures(text, found["rows"]),
    ]


def _bars(text, rows):
    who, columns = [name for name in SHORT if name != ENGINE], [_columns(row) for row in rows]
    ratios = {name: [_ratio(found[name], found[ENGINE]) for found in columns] for name in who}

    def draw(axes):
        axes.figure.set_size_inches(WIDTH, 1.2 + ROW * len(rows))
        for i, name in enumerate(who):
            places = [j + (i - (len(who) - 1) / 2) * 0.13 for j, ratio in enumerate(ratios[name]) if ratio]
            x = [ratio for ratio in ratios[name] if ratio]
            axes.plot(x, places, ls="none", marker=MARKERS[i], color=COLOURS[i], ms=6, label=_who(text, name))
        axes.axvline(1, color="#555555", lw=1)
        log_axis(axes, "x")
        axes.set_yticks(range(len(rows)), [textwrap.fill(_net(text, row), 26) for row in rows], fontsize=8)
        axes.invert_yaxis()
        axes.set_xlabel(text.page("bars_axis"))
        axes.grid(axis="y", visible=False)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False)

    fits = [(ratio, _net(text, row)) for row, ratio in zip(rows, ratios["fit"], strict=True) if ratio]
    ends = (
        [f"{text.numeral(ratio, '.2g')}× ({net})" for ratio, net in (min(fits), max(fits))] if fits else [NOTHING] * 2
    )
    alt = text.page("bars_alt", fit=_who(text, "fit"), least=ends[0], most=ends[1])
    return Picture("overhead_ratios", alt, text.page("bars_caption"), draw)


def _kernels(text, rows):
    header = tuple(map(text.page, ("network", *(f"kernels_{kind}" for kind in KINDS))))

    def cell(shares, kind):
        return text.page("failed") if "failed" in shares else _percent(text, shares[kind])

    lines = [(_net(text, row), *(cell(row["shares"], kind) for kind in KINDS)) for row in rows]
    return [
        Heading(text.page("kernels"), anchor="kernels"),
        Paragraph(text.page("kernels_say")),
        Code(COMMAND.format("--part kernels ")),
        Grid(header, tuple(lines), text.page("kernels_caption"), numeric=tuple(range(1, len(header)))),
        *_failures(text, [{"net": row["net"], "contenders": {ENGINE: row["shares"]}} for row in rows]),
    ]


def _onednn(text, rows):
    lines = []
    for row in rows:
        plain, ours = (row["contenders"][who] for who in (PLAIN, ENGINE))
        lines.append((_net(text, row), _time(text, plain), _time(text, ours), _by(text, plain, ours)))
    header = tuple(map(text.page, ("network", "without", "with", "without_by_with")))
    return [
        Heading("oneDNN", anchor="onednn"),
        Paragraph(text.page("onednn_says")),
        Code(COMMAND.format("--part onednn ")),
        Grid(header, tuple(lines), text.page("onednn_caption"), numeric=(1, 2, 3)),
        *_failures(text, rows),
    ]


def _stacks(text, rows):
    stacked = (text.page("stacked", n=m) for m in STACKS)
    header, failed = (text.page("network"), text.page("single"), *stacked), text.page("failed")
    lines = []
    for row in rows:
        times = _times(row["members"])
        cells = (text.numeral(1e3 * times[str(m)] / m, ",.1f") if str(m) in times else failed for m in STACKS)
        single = text.numeral(1e3 * times["single"], ",.0f") if "single" in times else failed
        lines.append((_net(text, row), single, *cells))

    def draw(axes):
        for i, row in enumerate(rows):
            times = _times(row["members"])
            members = [m for m in STACKS if {str(m), "single"} <= set(times)]
            y = [times[str(m)] / m / times["single"] for m in members]
            axes.plot(members, y, marker=MARKERS[i], color=COLOURS[i], label=_net(text, row), lw=1.4)
        axes.axhline(1, color="#555555", lw=1)
        axes.set_xscale("log", base=2)
        axes.set_xticks(STACKS, [str(m) for m in STACKS])
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(lambda y, _: text.numeral(y))
        axes.set_xlabel(text.page("stacks_runs"))
        axes.set_ylabel(text.page("stacks_time"))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False)

    last = "; ".join(text.page("stacks_line", net=line[0], single=line[1], last=line[-1]) for line in lines)
    return [
        Heading(text.page("stacks"), anchor="stacks"),
        Paragraph(text.page("stacks_say")),
        Code(COMMAND.format("--part stacks ")),
        Grid(header, tuple(lines), text.page("stacks_caption"), numeric=tuple(range(1, len(header)))),
        *_failures(text, rows, "members"),
        Picture("stacks", text.page("stacks_alt", lines=last), text.page("stacks_picture"), draw),
    ]


def _activations(text, found):
    times, rows = _times(found), []
    for name in ACTIVATIONS:
        if name in found:
            took, share = times.get(name), NOTHING
            if took and "Linear" in times:
                share = _percent(text, max(0.0, took - times["Linear"]) / took)
            ratio = _by(text, found[name], found.get("ReLU"), 2)
            rows.append((name, text.numeral(took, ".1f") if took else text.page("failed"), ratio, share))
    header = tuple(map(text.page, ("activation", "ms_a_step", "by_relu", "share_of_step")))
    return [
        Heading(text.page("in_network"), anchor="in_network"),
        Paragraph(text.page("in_network_says")),
        Code(COMMAND.format("--part activations ")),
        Grid(header, tuple(rows), text.page("in_network_caption"), numeric=(1, 2, 3)),
        *_failures(text, [{"net": "nin_quarter", "contenders": found}]),
    ]

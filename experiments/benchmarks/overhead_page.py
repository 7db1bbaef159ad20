"""Page of the overhead benchmark, from the JSON file that it wrote."""

import json
import textwrap

from experiments.benchmarks.nets import NETS
from experiments.benchmarks.overhead import ACTIVATIONS, ENGINE, STACKS
from experiments.benchmarks.overhead_contenders import PLAIN
from experiments.report.blocks import Code, Grid, Heading, Page, Paragraph, Picture
from experiments.report.figures import COLOURS, MARKERS, log_axis

FILE = "overhead.json"
COMMAND = "python -m experiments.benchmarks.overhead {}--out reports/overhead_benchmark/overhead.json"
NOTHING = "–"
INTERVALS = "ratios are medians over the turns, with the 95 % interval of the median where it was kept; "
SHORT = {
    "fit": "fit, TensorFlow",
    "fit_tuned": "fit, tuned",
    "engine_tensorflow": "engine, TensorFlow",
    "fit_jax": "fit, JAX",
    "engine_jax": "engine, JAX",
    "torch": "PyTorch",
}


def three(number):
    """Return three significant digits."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def page(folder):
    """Return the `Page`; `None` where nothing has been measured."""
    path = folder / FILE
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    blocks = [_introduction(found["environment"])]
    parts = {"table": _table, "gpu": _gpu, "onednn": _onednn, "stacks": _stacks, "activations": _activations}
    for part, make in parts.items():
        if part in found:
            blocks += make(found[part])
    return Page("What a training step costs", tuple(blocks))


def _introduction(environment):
    return Paragraph(
        "Milliseconds of one training step, without evaluation, of small and of larger networks: Keras's `fit`, this "
        "suite's engine and a plain PyTorch loop. Each contender is a process of its own; they take turns on one "
        "machine, and a number is the median of its turns after a warm-up, compilation excluded. Only ratios carry "
        f"over to another machine. This one: {environment['processor']}, {environment['cores']} cores, no "
        f"accelerator, Keras {environment['keras']}; load average before the run {environment['load_before']}."
    )


def _columns(row):
    """Return what a row shows, by column; PyTorch in whatever of its forms was the fastest."""
    found = row["contenders"]
    torch = [result for who, result in found.items() if who.startswith("torch")]
    timed = [result for result in torch if "milliseconds" in result]
    best = min(timed, key=lambda result: result["milliseconds"]) if timed else (torch or [None])[0]
    return {who: best if who == "torch" else found.get(who) for who in SHORT}


def _time(result):
    """Return a cell: the time, a dash for what was not measured, a word for a contender that died."""
    if result is None:
        return NOTHING
    return three(result["milliseconds"]) if "milliseconds" in result else "failed"


def _times(found):
    """Return the times of those that were timed."""
    return {name: result["milliseconds"] for name, result in found.items() if "milliseconds" in result}


def _ratio(result, other):
    """Return a time by another's; `None` where one is missing."""
    if not all(found and "milliseconds" in found for found in (result, other)):
        return None
    return result["milliseconds"] / other["milliseconds"]


def _by(result, other, digits=1):
    """Return a ratio as a cell, with its interval over the turns where that was kept."""
    ratio = _ratio(result, other)
    if ratio is None:
        return NOTHING
    if "ratio" not in result:
        return f"{ratio:.{digits}f}"
    low, middle, high = result["ratio"]
    return f"{middle:.2f} [{low:.2f}, {high:.2f}]"


def _share(row, best):
    """Return the share of the row's peak that its arithmetic reaches in `best` milliseconds."""
    if not row["peak"] or best is None:
        return NOTHING
    return f"{row['operations'] / (best / 1e3) / row['peak']:.0%}".replace("%", " %")


def _fastest(columns):
    """Return the time of the engine's faster backend; `None` where neither was timed."""
    engines = (columns.get(who) for who in ("engine_tensorflow", "engine_jax"))
    return min((found["milliseconds"] for found in engines if found and "milliseconds" in found), default=None)


def _failures(rows, of="contenders"):
    """Return a paragraph that says which contenders died, and why."""
    said = [
        f"{NETS[row['net']].title}, {who}: {result['failed']}."
        for row in rows
        for who, result in row[of].items()
        if "failed" in result
    ]
    return [Paragraph("Failed. " + " ".join(said))] if said else []


def _table(rows):
    header = ("Network", "batch", *SHORT.values(), "fit / engine", "PyTorch / engine", "peak, GFLOP/s", "of the peak")
    lines = []
    for row in rows:
        net, columns = NETS[row["net"]], _columns(row)
        lines.append(
            (
                net.title,
                net.batch,
                *map(_time, columns.values()),
                _by(columns["fit"], columns[ENGINE]),
                _by(columns["torch"], columns[ENGINE]),
                f"{row['peak'] / 1e9:.0f}" if row["peak"] else NOTHING,
                _share(row, _fastest(columns)),
            )
        )
    return [
        Heading("Networks"),
        Paragraph(
            '"fit" has its defaults, TensorFlow its own settings, and float32 arrays as data; "tuned" has 50 steps per '
            "execution and XLA for networks without convolutions, 5 and no XLA for those with, and the settings of "
            "`experiments/runs/backend.py`, as the engine: oneDNN on every processor, and freed memory kept by the "
            "C library (PyTorch's process has that too). The engine holds the images as bytes on "
            "the device and gathers and scales each batch in the compiled loop; on TensorFlow it uses XLA for dense "
            "nets without random numbers only, on JAX a step at a time where there are convolutions. PyTorch has fused "
            f'optimizers and {_forms(rows)}. "fit / engine" and "PyTorch / engine": times by that of '
            'the engine on TensorFlow. "of the peak": operations of matrix products and convolutions in a step, by the '
            "time of the engine's faster backend, by the peak, which is what a product of two matrices of 3,000 rows "
            "reached in the turns of the same row."
        ),
        Code(COMMAND.format("")),
        Grid(
            header,
            tuple(lines),
            f"Milliseconds a step, medians of interleaved turns; {INTERVALS}a dash: not measured.",
            numeric=tuple(range(1, len(header))),
        ),
        *_failures(rows),
        _bars(rows),
    ]


def _forms(rows):
    """Return in words which of PyTorch's forms were tried."""
    if any(len([who for who in row["contenders"] if who.startswith("torch")]) > 1 for row in rows):
        return "the fastest of its forms: eager or compiled, for convolutions with channels first or last"
    return "is eager, for convolutions with channels last"


def _gpu(found):
    who = {"engine_jax": "engine, JAX", "engine_tensorflow": "engine, TensorFlow", "torch": "PyTorch, compiled"}
    header = ("Network", "batch", "precision", *who.values(), "engine / PyTorch", "peak, TFLOP/s", "of the peak")
    lines, names = [], set()
    for row in found["rows"]:
        net, results = NETS[row["net"]], row["contenders"]
        times = _times(results)
        names |= {result["accelerator"] for result in results.values() if "accelerator" in result}
        speeds = [three(net.batch / (times[name] / 1e3)) if name in times else "failed" for name in who]
        lines.append(
            (
                net.title,
                net.batch,
                row["precision"],
                *speeds,
                _by(results["torch"], results["engine_jax"]),
                three(row["peak"] / 1e12) if row["peak"] else NOTHING,
                _share(row, _fastest(results)),
            )
        )
    return [
        Heading("On a GPU"),
        Paragraph(
            f"Images a second in training steps on {', '.join(sorted(names)) or 'no GPU'}. PyTorch is compiled by "
            "`torch.compile`, with channels last where there are convolutions, and holds its data on the GPU as the "
            "engine does; bfloat16 is mixed precision (PyTorch's autocast), tf32 float32 whose products round their "
            'factors. "engine / PyTorch": how many times as fast the engine on JAX is. "of the peak": as above, by '
            "what a product of two matrices of 8,192 rows reached in the same precision and turns."
        ),
        Code("KERAS_BACKEND=jax " + COMMAND.format("--device gpu ")),
        Grid(
            header,
            tuple(lines),
            f"Images a second, from medians of interleaved turns; {INTERVALS}a dash: not measured.",
            numeric=tuple(range(3, len(header))),
        ),
        *_failures(found["rows"]),
    ]


def _bars(rows):
    who, columns = [name for name in SHORT if name != ENGINE], [_columns(row) for row in rows]
    ratios = {name: [_ratio(found[name], found[ENGINE]) for found in columns] for name in who}

    def draw(axes):
        for i, name in enumerate(who):
            x = [j + (i - len(who) / 2) * 0.13 for j, ratio in enumerate(ratios[name]) if ratio]
            y = [ratio for ratio in ratios[name] if ratio]
            axes.plot(x, y, ls="none", marker=MARKERS[i], color=COLOURS[i], ms=6, label=SHORT[name])
        axes.axhline(1, color="#555555", lw=1)
        log_axis(axes, "y")
        names = [textwrap.fill(NETS[row["net"]].title, 13, break_on_hyphens=False) for row in rows]
        axes.set_xticks(range(len(rows)), names, fontsize=7)
        axes.set_ylabel("Time by the engine's on TensorFlow")
        axes.grid(axis="x", visible=False)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False)

    text = "; ".join(
        f"{NETS[row['net']].title}: " + ", ".join(f"{SHORT[n]} {ratios[n][j]:.2g}" for n in who if ratios[n][j])
        for j, row in enumerate(rows)
    )
    return Picture(
        "overhead_ratios",
        f"Time of a training step by that of the engine on TensorFlow, by network. {text}.",
        "Time of a step by that of the engine on TensorFlow (line at 1), logarithmic axis.",
        draw,
    )


def _onednn(rows):
    lines = []
    for row in rows:
        plain, ours = (row["contenders"][who] for who in (PLAIN, ENGINE))
        lines.append((NETS[row["net"]].title, _time(plain), _time(ours), _by(plain, ours)))
    return [
        Heading("oneDNN"),
        Paragraph(
            "The engine on TensorFlow with `TF_ENABLE_ONEDNN_OPTS` 0 and 1. TensorFlow chooses 1 by itself on some "
            "processors only; the engine asks for it on all."
        ),
        Code(COMMAND.format("--part onednn ")),
        Grid(
            ("Network", "without", "with", "without / with"),
            tuple(lines),
            "Milliseconds a step, medians of interleaved turns.",
            numeric=(1, 2, 3),
        ),
        *_failures(rows),
    ]


def _stacks(rows):
    header = ("Network", "single run", *(f"{m} stacked" for m in STACKS))
    lines = []
    for row in rows:
        times = _times(row["members"])
        stacked = (f"{1e3 * times[str(m)] / m:.1f}" if str(m) in times else "failed" for m in STACKS)
        single = f"{1e3 * times['single']:.0f}" if "single" in times else "failed"
        lines.append((NETS[row["net"]].title, single, *stacked))

    def draw(axes):
        for i, row in enumerate(rows):
            times = _times(row["members"])
            members = [m for m in STACKS if {str(m), "single"} <= set(times)]
            y = [times[str(m)] / m / times["single"] for m in members]
            axes.plot(members, y, marker=MARKERS[i], color=COLOURS[i], label=NETS[row["net"]].title, lw=1.4)
        axes.axhline(1, color="#555555", lw=1)
        axes.set_xscale("log", base=2)
        axes.set_xticks(STACKS, [str(m) for m in STACKS])
        axes.set_ylim(bottom=0)
        axes.set_xlabel("Runs stacked in one program")
        axes.set_ylabel("Time a run by that of a single run")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False)

    last = "; ".join(f"{line[0]}: single {line[1]}, 128 stacked {line[-1]} microseconds" for line in lines)
    return [
        Heading("Stacked runs (JAX)"),
        Paragraph(
            "Runs that differ in seeds and numbers only, as one program: microseconds of a step, divided by the number "
            "of runs in it. The time to compile is not in the table; a stack is compiled once for all its runs."
        ),
        Code(COMMAND.format("--part stacks ")),
        Grid(header, tuple(lines), "Microseconds a step and run.", numeric=tuple(range(1, len(header)))),
        *_failures(rows, "members"),
        Picture(
            "stacks",
            f"Time a step and run over the number of stacked runs, by that of a single run. {last}.",
            "Time a step and run by that of a single run over the number of stacked runs, on a logarithmic axis.",
            draw,
        ),
    ]


def _activations(found):
    times, rows = _times(found), []
    for name in ACTIVATIONS:
        if name in found:
            took, share = times.get(name), NOTHING
            if took and "Linear" in times:
                share = f"{max(0.0, took - times['Linear']) / took:.0%}".replace("%", " %")
            ratio = _by(found[name], found.get("ReLU"), 2)
            rows.append((name, f"{took:.1f}" if took else "failed", ratio, share))
    return [
        Heading("Activations in a convolutional network"),
        Paragraph(
            "A step of the Network in Network of a quarter of the width, TensorFlow without XLA, with each activation "
            "in the nine places. The activation's share is what the step takes beyond that of the network without one."
        ),
        Code(COMMAND.format("--part activations ")),
        Grid(
            ("Activation", "ms a step", "by ReLU's", "share of the step"),
            tuple(rows),
            "Medians of interleaved turns.",
            numeric=(1, 2, 3),
        ),
        *_failures([{"net": "nin_quarter", "contenders": found}]),
    ]

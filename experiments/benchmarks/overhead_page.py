"""Page of the overhead benchmark, from the JSON file that it wrote."""

import json
import textwrap

from experiments.benchmarks.nets import NETS
from experiments.benchmarks.overhead import ACTIVATIONS, CONTENDERS, STACKS
from experiments.benchmarks.overhead_contenders import PLAIN
from experiments.report.blocks import Code, Grid, Heading, Page, Paragraph, Picture
from experiments.report.figures import COLOURS, MARKERS, log_axis

FILE = "overhead.json"
COMMAND = "python -m experiments.benchmarks.overhead {}--out reports/overhead_benchmark/overhead.json"
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
    parts = (("table", _table), ("onednn", _onednn), ("stacks", _stacks), ("activations", _activations))
    for part, make in parts:
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


def _table(rows):
    header = (
        "Network",
        "batch",
        *(SHORT[who] for who in CONTENDERS),
        "fit / engine",
        "PyTorch / engine",
        "of the peak",
    )
    lines, peaks = [], [row["peak"] for row in rows]
    for row in rows:
        net, times = NETS[row["net"]], {who: v["milliseconds"] for who, v in row["contenders"].items()}
        best = min(times[who] for who in ("engine_tensorflow", "engine_jax"))
        lines.append(
            (
                net.title,
                net.batch,
                *(three(times[who]) if who in times else "–" for who in CONTENDERS),
                f"{times['fit'] / times['engine_tensorflow']:.1f}",
                f"{times['torch'] / times['engine_tensorflow']:.1f}",
                f"{row['operations'] / (best / 1e3) / max(peaks):.0%}".replace("%", " %"),
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
            'optimizers and, for convolutions, channels last. "fit / engine" and "PyTorch / engine": times by that of '
            'the engine on TensorFlow. "of the peak": operations of matrix products and convolutions in a step, by the '
            f"time of the engine's faster backend, by the peak of {max(peaks) / 1e9:.0f} GFLOP/s that a product of two "
            "matrices of 3,000 rows reached in the same turns."
        ),
        Code(COMMAND.format("")),
        Grid(
            header,
            tuple(lines),
            "Milliseconds a step, medians of interleaved turns; a dash: not measured.",
            "overhead",
            tuple(range(1, len(header))),
        ),
        _bars(rows),
    ]


def _bars(rows):
    who = [name for name in CONTENDERS if name != "engine_tensorflow"]

    def draw(axes):
        for i, name in enumerate(who):
            x, y = [], []
            for j, row in enumerate(rows):
                if name in row["contenders"]:
                    x.append(j + (i - len(who) / 2) * 0.13)
                    y.append(_ratio(row, name))
            axes.plot(x, y, ls="none", marker=MARKERS[i], color=COLOURS[i], ms=6, label=SHORT[name])
        axes.axhline(1, color="#555555", lw=1)
        log_axis(axes, "y")
        names = [textwrap.fill(NETS[row["net"]].title, 13, break_on_hyphens=False) for row in rows]
        axes.set_xticks(range(len(rows)), names, fontsize=7)
        axes.set_ylabel("Time by the engine's on TensorFlow")
        axes.grid(axis="x", visible=False)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False)

    text = "; ".join(
        f"{NETS[row['net']].title}: "
        + ", ".join(f"{SHORT[n]} {_ratio(row, n):.2g}" for n in who if n in row["contenders"])
        for row in rows
    )
    return Picture(
        "overhead_ratios",
        f"Time of a training step by that of the engine on TensorFlow, by network. {text}.",
        "Time of a step by that of the engine on TensorFlow (line at 1), logarithmic axis.",
        draw,
    )


def _ratio(row, name):
    return row["contenders"][name]["milliseconds"] / row["contenders"]["engine_tensorflow"]["milliseconds"]


def _onednn(rows):
    lines = []
    for row in rows:
        plain, ours = (row["contenders"][who]["milliseconds"] for who in (PLAIN, "engine_tensorflow"))
        lines.append((NETS[row["net"]].title, three(plain), three(ours), f"{plain / ours:.1f}"))
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
            "onednn",
            (1, 2, 3),
        ),
    ]


def _stacks(rows):
    header = ("Network", "single run", *(f"{m} stacked" for m in STACKS))
    lines = []
    for row in rows:
        times = {name: value["milliseconds"] for name, value in row["members"].items()}
        lines.append(
            (
                NETS[row["net"]].title,
                f"{1e3 * times['single']:.0f}",
                *(f"{1e3 * times[str(m)] / m:.1f}" for m in STACKS),
            )
        )

    def draw(axes):
        for i, row in enumerate(rows):
            times = {name: value["milliseconds"] for name, value in row["members"].items()}
            y = [times[str(m)] / m / times["single"] for m in STACKS]
            axes.plot(STACKS, y, marker=MARKERS[i], color=COLOURS[i], label=NETS[row["net"]].title, lw=1.4)
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
        Grid(header, tuple(lines), "Microseconds a step and run.", "stacks", tuple(range(1, len(header)))),
        Picture(
            "stacks",
            f"Time a step and run over the number of stacked runs, by that of a single run. {last}.",
            "Time a step and run by that of a single run over the number of stacked runs, on a logarithmic axis.",
            draw,
        ),
    ]


def _activations(found):
    times = {name: found[name]["milliseconds"] for name in ACTIVATIONS if name in found}
    base = times["Linear"]
    rows = tuple(
        (name, f"{t:.1f}", f"{t / times['ReLU']:.2f}", f"{max(0.0, t - base) / t:.0%}".replace("%", " %"))
        for name, t in times.items()
    )
    return [
        Heading("Activations in a convolutional network"),
        Paragraph(
            "A step of the Network in Network of a quarter of the width, TensorFlow without XLA, with each activation "
            "in the nine places. The activation's share is what the step takes beyond that of the network without one."
        ),
        Code(COMMAND.format("--part activations ")),
        Grid(
            ("Activation", "ms a step", "by ReLU's", "share of the step"),
            rows,
            "Medians of interleaved turns.",
            "activations",
            (1, 2, 3),
        ),
    ]

"""The command, `python -m experiments`. Exit codes: 0 done, a diverged run too; 1 a run failed; 2 wrong use."""

import argparse
import math
import os
import pathlib
import sys

from experiments.harness import backend, executors, papers
from experiments.harness.errors import UsageError, unknown

COMMANDS = ("list", "run", "estimate", "report", "publish", "reference", "status", "data")
PRESETS = ("quick", "reduced", "paper")
STACKING = ("auto", "always", "never")
MEANING = ("--preset", "--seeds", "--only", "--set", "--compiler")  # options that say what runs, not how


def main(arguments=None):
    """Parse the command line, run it, exit with its code."""
    backend.prepare()
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        options = _parser().parse_args(arguments)
        sys.exit(options.call(options))
    except UsageError as error:
        print(f"experiments: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("experiments: stopped. Finished runs are kept; the same command goes on.", file=sys.stderr)
        sys.exit(130)


def run_paper(name):
    """Entry of a paper's own script: the `run` command for that paper."""
    main(["run", name, *sys.argv[1:]])


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageError(f"{message} (see: python -m experiments --help)")


def _parser():
    parser = _Parser(prog="python -m experiments", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name, call, text):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(call=call)
        return command

    add("list", _list, "papers with their presets, claims and data, and what has run")
    run = add("run", _run, "train what a preset asks for and `runs/` does not hold yet")
    estimate = add("estimate", _estimate, "measure how long `run` with the same options would take, and start nothing")
    for command in (run, estimate):
        command.add_argument("papers", nargs="+", metavar="PAPER", help="names from `list`, or all")
        command.add_argument("--preset", default="quick", help=f"one of {', '.join(PRESETS)} (default: quick)")
        command.add_argument("--seeds", type=int, metavar="N", help="seeds 0 to N-1 (default: the preset's number)")
        command.add_argument(
            "--only", action="append", default=[], metavar="NAME", help="a variant or an experiment; repeatable"
        )
        command.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting; repeatable"
        )
        command.add_argument("--extend", action="store_true", help="count published runs as done")
        command.add_argument(
            "--workers", type=int, default=1, metavar="N", help="processes that share the runs (default: 1)"
        )
        command.add_argument("--compiler", help="auto (default), or xla, graph (TensorFlow), step (JAX)")
    run.add_argument(
        "--stack",
        default="auto",
        metavar="WHEN",
        help="auto, always or never: on JAX, runs that differ in seeds and numbers only become one program",
    )
    run.add_argument(
        "--checkpoint-seconds", type=float, default=60.0, metavar="N", help="between two checkpoints (default: 60)"
    )
    run.add_argument("--no-estimate", action="store_true", help="start without measuring how long it will take")
    estimate.add_argument("--brief", action="store_true", help="the last line only")
    report = add("report", _report, "build the pages of your own runs in reports/local/")
    report.add_argument("papers", nargs="*", metavar="PAPER", help="names from `list` (default: all)")
    publish = add("publish", _publish, "merge runs/ into the committed records and rebuild the published pages")
    publish.add_argument("papers", nargs="*", metavar="PAPER", help="names from `list` (default: all)")
    publish.add_argument("--check", action="store_true", help="change nothing; fail if a rebuild would change a page")
    reference = add("reference", _reference, "build the reference pages of custom/ from its docstrings")
    reference.add_argument("--check", action="store_true", help="change nothing; fail if a rebuild would change a page")
    add("status", _status, "how far each preset is")
    add("data", _data, "datasets: present or not, where, licence, how to get each")
    return parser


def _store():
    from experiments.harness.store import Store

    return Store(os.environ.get("EXPERIMENTS_RUNS", "runs"))


def _selected(options, bar):
    """The runner, the `(paper, (experiment, variants) pairs)` that the options ask for, and the changed settings."""
    overrides = {}
    for assignment in options.set:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise UsageError(f"Received: --set {assignment}. Expected --set KEY=VALUE.")
        overrides[name] = value
    for name in ("seeds", "workers"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise UsageError(f"Received: --{name} {value}. Expected at least 1.")
    every = getattr(options, "checkpoint_seconds", 0)
    if not 0 <= every < math.inf:
        raise UsageError(f"Received: --checkpoint-seconds {every}. Expected at least 0.")
    stacking = getattr(options, "stack", "never")
    if stacking not in STACKING:
        raise unknown("--stack", stacking, STACKING)
    if options.preset not in PRESETS:
        raise unknown("preset", options.preset, PRESETS)
    chosen = papers.load(options.papers)

    from experiments.harness.report.build import read_published
    from experiments.harness.runner import Runner, identity_of

    command = f"python -m experiments {' '.join(_arguments('run', options, *MEANING))}"
    published = {}
    if options.extend:
        published = {identity_of(r): r for paper in chosen for r in read_published(paper)}
    runner = Runner(
        _store(), bar, command, published, every=every, compiler=options.compiler or "auto", stacking=stacking
    )
    selected = [
        (paper, runner.check(paper, options.preset, only, overrides)) for paper, only in _narrow(chosen, options.only)
    ]
    return runner, selected, overrides


def _run(options):
    from experiments.harness.progress import progress

    with progress() as bar:
        runner, selected, overrides = _selected(options, bar)
        from experiments.harness import (
            estimate,  # imports the backend, which a mistake in the options need not wait for
        )

        unfinished = (
            estimate.remaining(runner, paper, options.preset, experiments, options.seeds, overrides)
            for paper, experiments in selected
        )
        if options.preset != "quick" and not options.no_estimate and any(unfinished):
            arguments = _arguments("estimate", options, *MEANING, "--extend", "--workers")
            bar.note(executors.answer([*arguments, "--brief"], options.workers) or "No estimate could be made.")
        if options.workers > 1:
            arguments = _arguments("run", options, *MEANING, "--extend", "--checkpoint-seconds")
            return executors.processes([*arguments, "--no-estimate"], options.workers)
        records = []
        for paper, experiments in selected:
            records += runner.paper(paper, options.preset, experiments, options.seeds, overrides)
        failed = [r for r in records if r["outcome"] == "failed"]
        # A result, which the report states; for some variants the one that the paper expects.
        diverged = [r for r in records if r["outcome"] == "diverged" and r["role"] == "final"]
        bar.note(
            f"{len(records)} runs: {bar.trained} trained now, {len(records) - bar.trained} done before"
            + "".join(
                f"; {len(some)} {word}: {', '.join(sorted({r['error'] for r in some}))}"
                for word, some in (("failed", failed), ("diverged", diverged))
                if some
            )
        )
    return 1 if failed or runner.lost else 0


def _estimate(options):
    from experiments.harness.progress import Lines

    runner, selected, overrides = _selected(options, Lines(sys.stderr))
    from experiments.harness import estimate  # imports the backend, which a mistake in the options need not wait for

    lines, memory = [], 0
    for paper, experiments in selected:
        found, most = estimate.forecast(runner, paper, options.preset, experiments, options.seeds, overrides)
        lines, memory = lines + found, max(memory, most)
    if lines and not options.brief:
        _table(("program", "runs", "setup", "ms/step", "time", "checkpoint", "disk"), map(estimate.row, lines))
    print(estimate.summary(lines, memory, options.workers))
    return 0


def _narrow(chosen, only):
    """Papers with the names of `only` that are theirs; a name has to be known to one paper at least."""
    known = {name: None for paper in chosen for name in paper.names()}
    for name in only:
        if name not in known:
            raise unknown("variant", name, known)
    pairs = [(paper, [name for name in only if name in paper.names()]) for paper in chosen]
    return [(paper, names) for paper, names in pairs if names or not only]


def _arguments(command, options, *names):
    """The command line again for `command`, with the named options only."""
    arguments = [command, *options.papers]
    for name in names:
        value = getattr(options, name[2:].replace("-", "_"))
        if value is True:
            arguments.append(name)
        elif value not in (None, False):
            for item in value if isinstance(value, list) else [value]:
                arguments += [name, str(item)]
    return arguments


def _report(options):
    from experiments.harness.report.build import local

    index = local(papers.load(options.papers), papers.load(), _store())
    print(f"Open {index}")
    return 0


def _publish(options):
    from experiments.harness.report import build

    everything = papers.load()
    if options.check:
        differ = build.check(everything)
        for name in differ:
            print(f"{name} is not what its records give. Run: python -m experiments publish")
        return 1 if differ else 0
    build.publish(papers.load(options.papers), everything, _store())
    print(f"Published pages: {pathlib.Path('reports') / 'index.html'}")
    return 0


def _reference(options):
    os.environ.setdefault("JAX_ENABLE_X64", "1")  # the plots are computed in float64
    backend.load()
    from experiments.harness.reference import build, public

    try:
        if options.check:
            complaints = build.check()
            for complaint in complaints:
                print(f"{build.FOLDER}/{complaint}")
            if complaints:
                print("The reference pages are not what the docstrings give. Run: python -m experiments reference")
            return 1 if complaints else 0
        print(f"Reference pages: {build.build()}")
    except public.Undocumented as error:
        for problem in error.problems:
            print(f"experiments: {problem}", file=sys.stderr)
        return 1
    return 0


def _list(options):
    from experiments.harness.report.build import read_published
    from experiments.harness.report.view import PaperView, Source

    rows = []
    for paper in papers.load():
        own = PaperView(paper, [Source("Yours", tuple(_store().all(paper.key)))])
        published = PaperView(paper, [Source("Measured", tuple(read_published(paper)))])
        presets = [p for p in PRESETS if any(p in e.presets for e in paper.experiments)]
        data = dict.fromkeys(
            e.presets[p].settings["data"] for p in presets for e in paper.experiments if p in e.presets
        )
        rows.append(
            (paper.key, ", ".join(presets), len(own.all_verdicts), ", ".join(data), _ran(published), _ran(own))
        )  # fmt: skip
    _table(("paper", "presets", "claims", "data", "published", "yours"), rows)
    return 0


def _ran(view):
    return "; ".join(f"{e.name} {v.preset} {v.count('done')}" for e, v in view.ran()) or "-"


def _status(options):
    from experiments.harness.checkpoint import describe
    from experiments.harness.report.evidence import progress_rows
    from experiments.harness.runner import label

    store = _store()
    known = [(paper, store.all(paper.key)) for paper in papers.load()]
    rows = [row for paper, records in known for row in progress_rows(paper, records)]
    _table(("paper", "experiment", "preset", "done", "wanted", "diverged", "failed", "running", "interrupted"), rows)
    for record in (r for _, records in known for r in records if r["outcome"] in ("failed", "interrupted")):
        if where := describe(store.checkpoint(record["paper"], record["key"])):
            print(f"{label(record)}: {record['outcome']}; goes on from {where}")
    return 0


def _data(options):
    from experiments.harness.data.catalogue import CATALOGUE, describe

    rows = []
    for name in CATALOGUE:
        row = describe(name)
        rows.append((name, "yes" if row["present"] else "no", row["where"], row["licence"], row["get"]))
    _table(("dataset", "present", "where", "licence", "how to get it"), rows)
    return 0


def _table(header, rows):
    rows = [tuple(map(str, row)) for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

"""The command, `python -m experiments`. Exit codes: 0 done, a diverged run too; 1 a run failed; 2 wrong use."""

import argparse
import collections
import math
import os
import pathlib
import shlex
import sys

from experiments import papers
from experiments.data.folders import writable
from experiments.errors import UsageError, line, quoted, unknown, warn
from experiments.runs import backend, executors
from experiments.spec import PRESETS, Request
from experiments.spec.experiment import SEEDS

COMPILERS = ("auto", "xla", "graph", "step")
STACKING = ("auto", "always", "never")
WORKERS = 256  # processes on one machine
MEANING = ("--preset", "--seeds", "--only", "--set", "--compiler")  # options that say what runs, not how


def main(arguments=None):
    """Parse the command line, run it, exit with its code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        backend.prepare()
        options = _parser().parse_args(arguments)
        sys.exit(options.call(options))
    except UsageError as error:
        print(f"experiments: {line(error)}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print(executors.STOPPED, file=sys.stderr)
        sys.exit(130)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line; those of a choice name the nearest one."""

    def error(self, message):
        raise UsageError(f"{message} (see: python -m experiments --help)")

    def _check_value(self, action, value):
        if action.choices is not None and value not in action.choices:
            raise unknown(action.option_strings[0] if action.option_strings else "command", value, action.choices)


def _paper(text):
    known = [*papers.names(), "all"]
    if text not in known:
        raise unknown("paper", text, known)
    return text


def _assignment(text):
    if "=" not in text:
        raise UsageError(f"Received: --set {quoted(text)}. Expected --set KEY=VALUE.")
    return text


def _positive(option, most):
    """Return the type of an option that is an integer of at least 1, and at most `most`."""

    def parse(text):
        try:
            value = int(text)
        except ValueError:
            value = 0
        if not 1 <= value <= most:
            bound = f"at most {most}" if value > most else "at least 1"
            raise UsageError(f"Received: {option} {quoted(text)}. Expected an integer of {bound}.")
        return value

    return parse


def _seconds(option):
    """Return the type of an option that is a finite number of at least 0."""

    def parse(text):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf:
            raise UsageError(f"Received: {option} {quoted(text)}. Expected a finite number of at least 0.")
        return value

    return parse


def _parser():
    parser = _Parser(prog="python -m experiments", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name, call, text):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(call=call)
        return command

    def some(command):
        command.add_argument("papers", nargs="*", type=_paper, metavar="PAPER", help="names from `list` (default: all)")

    add("list", _list, "papers with their presets, findings and data, and what has run")
    run = add("run", _run, "train what a preset asks for and `runs/` does not hold yet")
    estimate = add("estimate", _estimate, "measure how long `run` with the same options would take, and start nothing")
    for command in (run, estimate):
        command.add_argument("papers", nargs="+", type=_paper, metavar="PAPER", help="names from `list`, or all")
        command.add_argument("--preset", default="quick", choices=PRESETS, help="default: quick")
        command.add_argument(
            "--seeds",
            type=_positive("--seeds", SEEDS.high),
            metavar="N",
            help="seeds 0 to N-1 (default: the preset's number)",
        )
        command.add_argument(
            "--only", action="append", default=[], metavar="NAME", help="a variant or an experiment; repeatable"
        )
        command.add_argument(
            "--set",
            action="append",
            default=[],
            type=_assignment,
            metavar="KEY=VALUE",
            help="change a setting; repeatable",
        )
        command.add_argument("--extend", action="store_true", help="count published runs as done")
        command.add_argument(
            "--workers",
            type=_positive("--workers", WORKERS),
            default=1,
            metavar="N",
            help="processes that share the runs (default: 1)",
        )
        command.add_argument(
            "--compiler",
            default="auto",
            choices=COMPILERS,
            help="default: auto; graph is TensorFlow's, step JAX's",
        )
    run.add_argument(
        "--stack",
        default="auto",
        choices=STACKING,
        help="on JAX, train runs that differ in seeds and numbers only as one program (default: auto)",
    )
    run.add_argument(
        "--checkpoint-seconds",
        type=_seconds("--checkpoint-seconds"),
        default=60.0,
        metavar="N",
        help="between two checkpoints (default: 60)",
    )
    run.add_argument("--no-estimate", action="store_true", help="start without measuring how long it will take")
    run.add_argument("--progress", default="auto", choices=("auto", "json"), help=argparse.SUPPRESS)
    estimate.add_argument("--brief", action="store_true", help="the last line only")
    some(add("report", _report, "build the pages of your own runs in reports/local/"))
    publish = add("publish", _publish, "merge runs/ into the committed records and rebuild the published pages")
    some(publish)
    reference = add("reference", _reference, "build the reference pages of custom/ from its docstrings")
    for command in (publish, reference):
        command.add_argument(
            "--check", action="store_true", help="change nothing; fail if a rebuild would change a page"
        )
    add("status", _status, "how far each preset is")
    doctor = add("doctor", _doctor, "files that are no run records: which and why")
    doctor.add_argument("--repair", action="store_true", help="move them aside; nothing is deleted")
    environment = add("environment", _environment, "install the packages that a record ran with into a new folder")
    environment.add_argument("record", help="its file, runs/PAPER/KEY.json")
    environment.add_argument("folder", nargs="?", default=".venv-record", help="default: .venv-record")
    add("data", _data, "datasets: present or not, where, licence, how to get each")
    return parser


def _load(names=()):
    """Return the papers of these names; of no names, all."""
    backend.load()
    return papers.load(names)


def _store(note=warn):
    from experiments.runs.store import Store

    return Store(backend.runs_folder(), note)


def _request(options):
    return Request.parsed(_load(options.papers), options.preset, options.only, options.seeds, options.set)


def _runner(options, request, progress, **how):
    """Return the runner for a request, which has been found to be possible."""
    from experiments.runs import published
    from experiments.runs.runner import Runner
    from experiments.spec.identity import key_of

    known = {key_of(r): r for p in request.papers for r in published.read(p)} if options.extend else {}
    command = shlex.join(["python", "-m", "experiments", *_arguments("run", options, *MEANING)])
    runner = Runner(_store(progress.note), progress, command, known, compiler=options.compiler, **how)
    runner.require(request)
    return runner


def _run(options):
    request = _request(options)

    from experiments.runs import estimate
    from experiments.runs.progress import progress

    with progress(options.progress) as bar:
        runner = _runner(options, request, bar, every=options.checkpoint_seconds, stacking=options.stack)
        writable(runner.store.folder)
        measured = options.preset != "quick" and not options.no_estimate
        left = estimate.remaining(runner, request) if measured or options.workers > 1 else ()
        if measured and left:
            arguments = _arguments("estimate", options, *MEANING, "--extend", "--workers")
            bar.note(executors.answer([*arguments, "--brief"], options.workers) or "No estimate could be made.")
        if options.workers == 1:
            records = runner.run(request)
            bar.summary(records)
            return 1 if runner.lost or any(r["outcome"] == "failed" for r in records) else 0
    return _shared(options, len(left))


def _shared(options, left):
    """Have several processes do what is left; return the exit code."""
    from experiments.runs.progress import overall

    arguments = _arguments("run", options, *MEANING, "--extend", "--checkpoint-seconds", "--stack")
    with overall(left) as progress:
        code = executors.processes([*arguments, "--no-estimate", "--progress", "json"], options.workers, progress)
        progress.summary()
    return code


def _estimate(options):
    request = _request(options)

    from experiments.runs import estimate
    from experiments.runs.progress import Lines

    runner = _runner(options, request, Lines(sys.stderr), stacking="never")
    lines, memory = estimate.forecast(runner, request)
    if lines and not options.brief:
        _table(("program", "runs", "setup", "ms/step", "time", "checkpoint", "disk"), map(estimate.row, lines))
    print(estimate.summary(lines, memory, options.workers))
    return 0


def _arguments(command, options, *names):
    """Return the command line again for `command`, with the named options only."""
    arguments = [command, *options.papers]
    for name in names:
        value = getattr(options, name[2:].replace("-", "_"))
        if value is True:
            arguments.append(name)
        elif value not in (None, False, "auto"):
            for item in value if isinstance(value, list) else [value]:
                arguments += [name, str(item)]
    return arguments


def _report(options):
    from experiments.report.build import local

    chosen = _load(options.papers)
    print(f"Open {local(chosen, _load(), _store())}")
    return 0


def _publish(options):
    from experiments.report import build

    everything = _load()
    if options.check:
        differ = build.check(everything)
        for name in differ:
            print(f"{name} is not what its records give. Run: python -m experiments publish")
        return 1 if differ else 0
    build.publish(_load(options.papers), everything, _store())
    print(f"Published pages: {pathlib.Path('reports') / 'index.html'}")
    return 0


def _reference(options):
    os.environ.setdefault("JAX_ENABLE_X64", "1")  # the plots are computed in float64
    backend.load()
    from experiments.report.reference import build, public

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
    from experiments.runs import published

    rows, store = [], _store()
    for paper in _load():
        presets = [p for p in PRESETS if any(p in e.presets for e in paper.experiments)]
        data = {preset.settings["data"]: None for e in paper.experiments for preset in e.presets.values()}
        findings = len(paper.findings) + len(paper.tables)
        ran = _ran(paper, published.read(paper)), _ran(paper, store.all(paper.key))
        rows.append((paper.key, ", ".join(presets), findings, ", ".join(data), *ran))
    _table(("paper", "presets", "findings", "data", "published", "yours"), rows)
    return 0


def _ran(paper, records):
    """Return how many runs count under which preset, in words."""
    from experiments.claims.evidence import gather

    counts = collections.Counter()
    for experiment in paper.experiments:
        evidence = gather(paper, experiment, records)
        if evidence.preset:
            counts[evidence.preset] += evidence.count("done")
    return ", ".join(f"{preset} {counts[preset]}" for preset in PRESETS if preset in counts) or "-"


def _environment(options):
    from experiments.runs.rebuild import rebuild

    print(f"Python with the record's packages: {rebuild(options.record, options.folder)}")
    return 0


def _status(options):
    from experiments.claims.evidence import progress
    from experiments.runs.checkpoint import describe
    from experiments.spec.run import label

    store = _store()
    known = [(paper, store.all(paper.key)) for paper in _load()]
    rows, left_out = [], []
    for paper, records in known:
        for evidence, preset, wanted in progress(paper, records):
            counts = collections.Counter(r["outcome"] for r in evidence.records)
            where = (paper.key, evidence.experiment.name, preset)
            words = [f"{counts[o]} {o}" for o in ("diverged", "failed", "running", "interrupted") if counts[o]]
            words += [f"{sum(map(len, evidence.apart.values()))} left out"] if evidence.apart else []
            rows.append((*where, f"{counts['done']}/{wanted}", ", ".join(words) or "-"))
            left_out += [f"{' '.join(where)}: {text}" for text in [evidence.left_out()] if text]
    _table(("paper", "experiment", "preset", "done", "others"), rows)
    for text in left_out:
        print(text)
    for record in (r for _, records in known for r in records if r["outcome"] in ("failed", "interrupted")):
        if where := describe(store.checkpoint(record["paper"], record["key"])):
            print(f"{label(record)}: {record['outcome']}; goes on from {where}")
    return 0


def _doctor(options):
    from experiments.runs import doctor

    return doctor.visit(_store(), options.repair)


def _data(options):
    _load()  # each declares what it alone uses
    from experiments.data import CATALOGUE, describe

    described = {name: describe(name) for name in CATALOGUE}
    states = {name: "broken" if d["broken"] else "yes" if d["present"] else "no" for name, d in described.items()}
    rows = [(name, states[name], d["where"], d["licence"]) for name, d in described.items()]
    _table(("dataset", "present", "where", "licence"), rows)
    for name, row in described.items():
        if row["broken"]:
            print(f"Broken: {row['broken']}")
        elif not row["present"]:
            print(f"To get {name}: {row['get']}")
    return 0


def _table(header, rows):
    """Print a table: on a terminal folded to its width; elsewhere a row a line, which other programs can read."""
    rows = [tuple(map(str, row)) for row in rows]
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        for row in (header, *rows):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        return

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for name in header:
        table.add_column(name, overflow="fold", no_wrap=name in ("paper", "dataset"))  # whole, to be copied
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)

"""The command, `python -m experiments`. Exit codes: 0 done, a diverged run too; 1 a run failed; 2 wrong use;
3 a file or a stream could not be read or written; 128 and the signal's number: stopped.
"""

import argparse
import math

from experiments import book, papers
from experiments.errors import UsageError, quoted, unknown
from experiments.numerals import integer, real
from experiments.spec import PRESETS
from experiments.spec.experiment import SEEDS

COMPILERS = ("auto", "xla", "graph", "step")
STACKING = ("auto", "always", "never")
WORKERS = 256  # processes on one machine
MEANING = ("--preset", "--seeds", "--only", "--set", "--compiler")  # options that say what runs, not how


def parse(arguments):
    """Return the options of a command line, `command` among them.

    Raises:
        UsageError: a command, a paper or an option that does not exist, a value that is none.
    """
    return _parser().parse_args(arguments)


def again(command, options, *names):
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


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line; those of a choice name the nearest one."""

    def error(self, message):
        raise UsageError(f"{message} (see: python -m experiments --help)")

    def _check_value(self, action, value):
        if action.choices is not None and value not in action.choices:
            raise unknown(action.option_strings[0] if action.option_strings else "command", value, action.choices)


def names():
    """Return the names of all papers, and of the book's own experiments."""
    return [*papers.names(), *book.names()]


def _paper(text):
    known = [*names(), "all"]
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
            value = integer(text)
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
            value = real(text)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf:
            raise UsageError(f"Received: {option} {quoted(text)}. Expected a finite number of at least 0.")
        return value

    return parse


def _parser():
    parser = _Parser(prog="python -m experiments", description=__doc__)
    debug = dict(action="store_true", default=argparse.SUPPRESS, help="show the traceback of what ends the command")
    parser.add_argument("--debug", **debug)
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)

    def add(name, text):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--debug", **debug)
        return command

    def some(command):
        command.add_argument("papers", nargs="*", type=_paper, metavar="PAPER", help="names from `list` (default: all)")

    add("list", "papers with their presets, findings and data, and what has run")
    run = add("run", "train what a preset asks for and `runs/` does not hold yet")
    estimate = add("estimate", "measure how long `run` with the same options would take, and start nothing")
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
    some(add("report", "build the pages of your own runs in reports/local/"))
    publish = add("publish", "merge runs/ into the committed records and rebuild the published pages")
    some(publish)
    export = add("export", "records as tables for other programs, tables of the pages in LaTeX")
    some(export)
    export.add_argument("--to", metavar="FOLDER", help="write runs.csv and epochs.csv: a row a run, a row a number")
    export.add_argument("--parquet", action="store_true", help="with --to: the same as Parquet too (needs pyarrow)")
    export.add_argument(
        "--tensorboard", action="store_true", help="with --to: event files too, in PAPER/EXPERIMENT/VARIANT/SEED"
    )
    export.add_argument("--latex", metavar="FOLDER", help="write the tables of the pages in LaTeX, and all.tex")
    export.add_argument("--decimal", choices=("point", "comma"), help="with --latex (default: point)")
    export.add_argument("--own", action="store_true", help="of runs/, in place of the published records")
    compare = add("compare", "what changed between two sets of records; exit code 1 if a verdict did")
    for name in ("before", "after"):
        compare.add_argument(
            name,
            metavar=name.upper(),
            help="a folder with PAPER/results.jsonl or PAPER/KEY.json in it, or a file results.jsonl",
        )
    compare.add_argument("--json", action="store_true", help="print JSON: numbers in the record's unit")
    publish.add_argument("--check", action="store_true", help="change nothing; fail if a rebuild would change a page")
    site = add("site", "build the site of the published pages, in English and Portuguese, in build/site/")
    site.add_argument("--own", action="store_true", help="of your own pages, reports/local/, in build/local/")
    add("status", "how far each preset is")
    doctor = add("doctor", "files that are no run records: which and why")
    doctor.add_argument("--repair", action="store_true", help="move them aside; nothing is deleted")
    environment = add("environment", "install the packages that a record ran with into a new folder")
    environment.add_argument("record", help="its file, runs/PAPER/KEY.json")
    environment.add_argument("folder", nargs="?", default=".venv-record", help="default: .venv-record")
    add("data", "datasets: present or not, where, licence, how to get each")
    return parser

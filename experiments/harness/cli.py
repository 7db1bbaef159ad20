import importlib, sys
from experiments.harness import backend


def main():
    backend.prepare()
    import argparse

    p = argparse.ArgumentParser()
    p.add_argument("paper")
    p.add_argument("--preset", default="quick")
    p.add_argument("--only", action="append", default=[])
    a = p.parse_args()
    from experiments.harness.progress import progress
    from experiments.harness.runner import Runner
    from experiments.harness.store import Store

    paper = importlib.import_module(f"experiments.{a.paper}").PAPER
    with progress() as bar:
        Runner(Store(), bar, f"python -m experiments run {a.paper} --preset {a.preset}").paper(paper, a.preset, a.only)


main()

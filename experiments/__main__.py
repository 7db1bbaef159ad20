"""`python -m experiments`."""

from experiments import stopping
from experiments.cli import main

if __name__ == "__main__":
    try:
        main()
    except SystemExit as ended:
        stopping.leave(ended.code)
        raise

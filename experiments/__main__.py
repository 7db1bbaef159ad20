"""`python -m experiments`."""

from experiments.harness.cli import main

if __name__ == "__main__":
    main()

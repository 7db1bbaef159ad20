"""`python -m experiments`."""

import sys

from experiments import stopping, streams

if __name__ == "__main__":
    code: object = 0
    streams.open_closed()  # before anything else is opened
    with stopping.heard(stopping.STOPPED):  # from the first import on
        try:
            from experiments.cli import main

            main()
        except SystemExit as ended:
            code = ended.code
        except BaseException as error:
            stopped = stopping.behind(error)
            if not isinstance(stopped, stopping.Stopped):
                raise
            print(stopping.STOPPED, file=sys.stderr)
            code = 128 + stopped.number
        stopping.leave(code)
    sys.exit(code)

"""Two pieces of work at once: the second in a forked process, which ends with the one that asked for it."""

import ctypes
import multiprocessing
import os
import signal
import sys
import warnings

PR_SET_PDEATHSIG = 1  # of Linux's prctl


def at_once(first, second):
    """Return what two functions return; where the system can fork, the second runs in a process of its own.

    What either raises is raised here.
    """
    if sys.platform != "linux":
        return first(), second()
    context, parent = multiprocessing.get_context("fork"), os.getpid()
    reader, writer = context.Pipe(duplex=False)

    def apart():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked hears it, and ends this process
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
        try:
            outcome = second(), None
        except Exception as error:
            outcome = None, error
        writer.send(outcome)

    process = context.Process(target=apart)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: those of TensorFlow, which wait
        process.start()
    writer.close()
    try:
        mine = first()
        theirs, error = _received(reader)
        if error is not None:
            raise error
    except BaseException:
        process.kill()
        raise
    finally:
        process.join()
    return mine, theirs


def _received(reader):
    try:
        return reader.recv()
    except EOFError:
        raise RuntimeError("the process that did the other half was ended; what it said stands above") from None

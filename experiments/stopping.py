"""Being asked to stop, by a signal or because the process that started this one has ended.

What asks sets a flag. An exception alone would not do: raised by a signal's handler it may be swallowed, as inside
a callback of the garbage collector; where Python notices that, it is raised again. Long work looks at the flag,
`check()`, wherever it can stop. What cannot look, as a compiler, is broken off after a while, and the process ends:
files are whole whenever that happens.
"""

import contextlib
import functools
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
PATIENCE = 2.0  # seconds after which a second signal is no echo of the first: stop at once, whatever is in progress
AGAIN = 0.02  # seconds after which a stop that was swallowed is raised once more
GRACE = 1.5  # seconds that a process has to stop by itself, once it was asked to or its driver has ended
STOPPED = "experiments: stopped. Finished runs are kept; the same command goes on."
LEASH = "EXPERIMENTS_LEASH"  # set for a process whose standard input is held open by its driver, and only by it


class Stopped(KeyboardInterrupt):
    """Somebody asked to stop; `number` is the signal that said so."""

    def __init__(self, number: int = signal.SIGINT):
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number


class _State:
    number: int | None = None  # of the signal that asked
    since = 0.0
    held = 0  # blocks that are to be left as a whole
    heard = False


def check() -> None:
    """Raise `Stopped` if somebody has asked to stop.

    Raises:
        Stopped: as said.
    """
    if _State.number is not None:
        raise Stopped(_State.number)


def behind(error: BaseException, *told: type[BaseException]) -> KeyboardInterrupt | None:
    """Return the stop that an error comes from, or `None`.

    A stop that is raised inside a library's native code comes out as what that code makes of it: an extension that
    cannot be imported, a graph that has failed.

    Args:
        error: what was caught.
        told: kinds of error that say themselves what is wrong, besides those of the system.
    """
    if isinstance(error, KeyboardInterrupt):
        return error
    if _State.number is None or isinstance(error, (OSError, *told)) or not isinstance(error, Exception):
        return None
    return Stopped(_State.number)


def _ask(number: int, frame: object = None) -> None:
    impatient = _State.number is not None and time.monotonic() - _State.since > PATIENCE
    if _State.number is None:
        _State.number, _State.since = number, time.monotonic()
    if impatient or not _State.held:
        raise Stopped(number)


def _unraisable(report: "sys.UnraisableHookArgs", told: Callable[["sys.UnraisableHookArgs"], object]) -> None:
    """Raise a stop once more that a callback could not raise; of what else it could not, Python tells."""
    if not isinstance(report.exc_value, Stopped):
        told(report)
        return
    left = threading.Event()
    threading.Thread(target=_raise_again, args=(report.exc_value.number, left), daemon=True).start()
    left.set()  # what is raised in here would be lost too, and a busy machine takes its time to start a thread


def _raise_again(number: int, left: threading.Event) -> None:
    """Raise a stop in the main thread, `AGAIN` seconds after it has left the hook."""
    left.wait()
    time.sleep(AGAIN)
    if _State.number is None:
        return
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, number)  # which a signal to this thread would not wake
    else:
        signal.raise_signal(number)


@contextlib.contextmanager
def heard(last_words: str | None = None) -> Iterator[None]:
    """Hear the signals that ask to stop while the block lasts; those that are ignored stay so.

    Args:
        last_words: where they are given, a process that has not left the block `GRACE` seconds after it was asked to,
            and that holds nothing, says them and ends.
    """
    if _State.heard or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    replaced = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}
    _State.number, _State.heard = None, True
    told = sys.unraisablehook
    sys.unraisablehook = functools.partial(_unraisable, told=told)
    try:
        for number in replaced:
            signal.signal(number, _ask)
        with _limited(last_words) if last_words and os.name != "nt" else contextlib.nullcontext():
            yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
        _State.number, _State.heard = None, False
        sys.unraisablehook = told


@contextlib.contextmanager
def _limited(last_words: str) -> Iterator[None]:
    """Have a thread watch over the block: it hears of a signal while the main thread is in no code of Python."""
    hearing, telling = os.pipe()
    os.set_blocking(telling, False)
    left, error = threading.Event(), _second(2)  # at times a library's standard error is led elsewhere
    thread = threading.Thread(target=_limit, args=(hearing, left, error, last_words), daemon=True)
    before = signal.set_wakeup_fd(telling, warn_on_full_buffer=False)
    thread.start()
    try:
        yield
    finally:
        left.set()
        signal.set_wakeup_fd(before)
        os.write(telling, b"\0")  # its end would not do: another process may hold it open too
        thread.join()
        for number in (telling, hearing, error):
            if number is not None:
                os.close(number)


def _second(stream: int) -> int | None:
    """Return another number of an open stream, or `None` where it is closed."""
    try:
        return os.dup(stream)
    except OSError:
        return None


def _limit(hearing: int, left: threading.Event, error: int | None, last_words: str) -> None:
    """End the process `GRACE` seconds after a signal; where it holds something, after that or another signal."""
    asked = b""
    while not asked:
        asked = bytes(number for number in os.read(hearing, 64) if number in SIGNALS)
        if left.is_set():
            return
    if left.wait(GRACE):
        return
    while select.select([hearing], [], [], 0)[0]:
        os.read(hearing, 64)  # a terminal and a driver may say the same
    while _State.held and not left.is_set() and not select.select([hearing], [], [], 0.05)[0]:
        pass
    if not left.is_set():
        cursor = "\x1b[?25h" if os.isatty(1) else ""  # which a bar has hidden
        for stream, text in ((1, cursor), (error, f"{last_words}\n")):
            if stream is not None:
                with contextlib.suppress(OSError):
                    os.write(stream, text.encode())
        os._exit(128 + asked[0])


def leave(code: object) -> None:
    """End the process at once if it was asked to stop: large libraries take seconds to tidy up after themselves."""
    if isinstance(code, int) and code - 128 in SIGNALS:
        os._exit(code)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Hold a stop back until the block has ended: what changes in it, changes as a whole.

    Where `heard` is in effect the flag stays up, to be looked at; elsewhere the block ends with `Stopped`.
    """
    outermost = not _State.heard
    with heard():
        _State.held += 1
        try:
            yield
        finally:
            _State.held -= 1
            if outermost and _State.heard:
                check()


def follow_driver() -> None:
    """End with the process that started this one, where it holds a leash: the other end of the standard input.

    A line on it asks to stop, and leaves the time that this takes. Its end says that the driver has ended: what
    has not stopped after `GRACE` seconds is killed. Files are whole whenever that happens. A process of its own
    watches, as this one may be in a compiler for a minute, where no thread of Python gets its turn.
    """
    if os.environ.pop(LEASH, None) is None or not hasattr(os, "fork"):
        return
    watched, (alive, held_open) = os.getpid(), os.pipe()
    if os.fork():
        os.close(alive)  # `held_open` stays so for as long as this process lives
        return
    try:
        os.close(held_open)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):  # whose end tells the driver that this process has ended
            os.dup2(nothing, stream)
        _watch(watched, alive)
    finally:
        os._exit(0)


def _watch(watched: int, alive: int) -> None:
    """Pass on to a process what comes over the leash, until `alive` says that it has ended."""
    line = b"-"
    while line:
        if alive in select.select([0, alive], [], [])[0]:
            return
        line = os.read(0, 1)
        os.kill(watched, signal.SIGTERM)
    if not select.select([alive], [], [], GRACE)[0]:
        os.kill(watched, signal.SIGKILL)

"""Parts that the benchmarks share: contenders that take turns, the memory a call needs, the environment."""

import math
import os
import platform
import statistics
import threading
import time

import keras


def measure(contenders, rounds, seconds):
    """Return, by contender, seconds a call, one number a round; the contenders take turns.

    Args:
        contenders: by name, a function that makes `n` calls and returns when they are done.
        rounds: turns of each.
        seconds: length of a turn, at least one call.
    """
    calls = {}
    for name, run in contenders.items():
        run(2)
        start = time.perf_counter()
        run(2)
        calls[name] = max(1, round(seconds * 2 / (time.perf_counter() - start)))
    times = {name: [] for name in contenders}
    for i in range(rounds):
        for name in sorted(contenders, reverse=bool(i % 2)):
            start = time.perf_counter()
            contenders[name](calls[name])
            times[name].append((time.perf_counter() - start) / calls[name])
    return times


def medians(times):
    """Return, by contender, the median time in milliseconds."""
    return {name: 1e3 * statistics.median(seconds) for name, seconds in times.items()}


def ratios(times, reference):
    """Return, by contender, the rounds' times by those of `reference` in the same round, as [low, median, high].

    Low and high are the interval of the median that `median_interval` gives.
    """
    found = {}
    for name, seconds in times.items():
        values = [a / b for a, b in zip(seconds, times[reference], strict=True)]
        low, high = median_interval(values)
        found[name] = [low, statistics.median(values), high]
    return found


def median_interval(values, confidence=0.95):
    """Return two of the values that hold the median of their distribution between them, whatever the distribution.

    The k-th smallest and the k-th largest, with the largest k for which the binomial probability that the
    median lies outside is at most 1 - confidence; the smallest and the largest where even they do not
    suffice (five values or fewer at 95 %).
    """
    ordered, n, k, outside = sorted(values), len(values), 0, 2 * 0.5 ** len(values)
    while outside <= 1 - confidence:
        k += 1
        outside += 2 * math.comb(n, k) * 0.5**n
    k = max(k, 1)
    return ordered[k - 1], ordered[-k]


def peak_memory(run):
    """Return the bytes by which one call raises the process's resident memory; `None` where Linux does not say.

    A thread looks every millisecond while the call runs, as the kernel's own peak cannot be reset
    everywhere.
    """
    peak, done = 0, threading.Event()

    def watch():
        nonlocal peak
        while not done.is_set():
            peak = max(peak, _resident())
            time.sleep(1e-3)

    try:
        before = _resident()
    except OSError:
        return None
    watcher = threading.Thread(target=watch)
    watcher.start()
    run(1)
    done.set()
    watcher.join()
    return max(0, peak - before)


def _resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def environment(xla):
    """Return what a reader has to know to judge the numbers."""
    backend = keras.backend.backend()
    return {
        "backend": backend,
        "backend_version": __import__({"torch": "torch"}.get(backend, backend)).__version__,
        "xla": xla,
        "keras": keras.__version__,
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()

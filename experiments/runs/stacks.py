"""Which runs are trained together, as one program, and whether that pays (JAX)."""

import os

from experiments.spec.settings import canonical

MOST = 256  # members of a stack; each holds a lock, and a process may have 1,024 files open
# A stack pays while one run leaves the machine idle. Weights of a net, up to which it does: on a CPU it saved
# a quarter at 27,000 weights and hardly anything at 217,000 (reports/overhead_benchmark); for a GPU not measured.
WEIGHTS = {"cpu": 50_000, "gpu": 2_000_000}
SHARE = 0.25  # of the memory, which a stack may use


def groups(runs):
    """Return lists of two or more runs whose settings differ in floats only."""
    found = {}
    for run in runs:
        shape = {name: None if isinstance(value, float) else value for name, value in run.settings.items()}
        found.setdefault(canonical([run.experiment, run.role, shape]), []).append(run)
    return [
        group[i : i + MOST]
        for group in found.values()
        for i in range(0, len(group), MOST)
        if len(group[i : i + MOST]) > 1
    ]


def pays(model):
    """Tell whether nets of this size are faster together than one after the other."""
    import jax

    from experiments.engine.traits import has_convolutions

    device = "cpu" if jax.default_backend() == "cpu" else "gpu"
    if device == "cpu" and has_convolutions(model):
        return False
    return model.count_params() <= WEIGHTS[device]


def fits(session):
    """Tell whether a stack needs no more than its share of the memory."""
    needed = session.loop.memory()
    return needed is None or needed <= SHARE * memory()


def memory():
    """Return the bytes of memory, of the accelerator's if there is one.

    Those that are free change by the minute, and a run's last digits with the stack that it is in.
    """
    import jax

    stats = jax.devices()[0].memory_stats()
    if stats and "bytes_limit" in stats:
        return stats["bytes_limit"]
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def halves(attempts):
    """Return the two halves of a stack that is too large."""
    return [attempts[: len(attempts) // 2], attempts[len(attempts) // 2 :]]


def split(attempts):
    """Return smaller groups that may fit one program, those of the same settings; none if that is no split."""
    found = {}
    for attempt in attempts:
        found.setdefault(canonical(dict(attempt.run.settings)), []).append(attempt)
    return list(found.values()) if len(found) > 1 else []

"""Settings of a run: a flat mapping of JSON values, with one canonical form."""

import json
import math
from collections.abc import Mapping

from experiments.errors import UsageError, unknown

SCALARS = (str, int, float, bool, type(None))


class Settings(Mapping):
    """Read-only settings, readable as attributes: `settings.learning_rate`."""

    def __init__(self, values):
        for name, value in values.items():
            for item in value if isinstance(value, (list, tuple)) else [value]:
                if not isinstance(item, SCALARS):
                    raise UsageError(f"Setting {name}={value!r} is not a JSON scalar or a list of them.")
                if isinstance(item, float) and not math.isfinite(item):
                    raise UsageError(f"Setting {name}={value!r}. Expected finite numbers.")
        object.__setattr__(self, "_values", {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()})

    def __getitem__(self, name):
        try:
            return self._values[name]
        except KeyError:
            raise unknown("setting", name, self._values) from None

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(str(unknown("setting", name, self._values))) from None

    def __setattr__(self, name, value):
        raise TypeError("Settings are read-only; use settings.but(...).")

    # Those of `Mapping` expect a KeyError, where an unknown setting is a `UsageError`.
    def __contains__(self, name):
        return name in self._values

    def get(self, name, default=None):
        return self._values.get(name, default)

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)

    def __repr__(self):
        return f"Settings({self._values!r})"

    def but(self, **changes):
        """Return a copy with some values changed."""
        return Settings({**self._values, **changes})


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical(value):
    """Return the one text of a JSON value: sorted keys, no spaces, shortest floats, no NaN."""
    return _CANONICAL.encode(value)

"""Examples one by one, as pairs of indices and values, whatever they come in."""

import numpy as np

EXPECTED = (
    "Expected an array (examples, features), a CSR matrix (.indptr, .indices, .data), or a list of tuples "
    "(indices, values)"
)


def rows(x, features):
    """A list of `(indices, values)`, one an example; `values` in float64, no index twice."""
    if hasattr(x, "indptr"):
        return _of_csr(x, features)
    if isinstance(x, (list, tuple)) and x and all(isinstance(row, tuple) and len(row) == 2 for row in x):
        return [_pair(indices, values, features) for indices, values in x]
    return [(np.flatnonzero(row), row[row != 0]) for row in dense(x, features)]


def dense(x, features):
    """`x` as a float64 array `(examples, features)`, or an error that quotes its shape."""
    try:
        array = np.asarray(x, "float64")
    except (TypeError, ValueError) as error:
        raise ValueError(f"Received: examples that make no array ({error}). {EXPECTED}.") from error
    if array.ndim != 2 or array.shape[1] != features:
        raise ValueError(f"Received: examples of shape {array.shape}. {EXPECTED}, with {features} features.")
    if not np.isfinite(array).all():
        raise ValueError("Received: examples with values that are not finite.")
    return array


def _of_csr(x, features):
    if getattr(x, "format", "csr") != "csr" or tuple(x.shape)[1:] != (features,):
        kind = getattr(x, "format", "csr")
        raise ValueError(f"Received: a {kind} matrix of shape {tuple(x.shape)}. {EXPECTED}, with {features} features.")
    ends = zip(x.indptr[:-1], x.indptr[1:], strict=True)
    return [_pair(x.indices[a:b], x.data[a:b], features) for a, b in ends]


def _pair(indices, values, features):
    indices, values = np.asarray(indices), np.asarray(values, "float64")
    if indices.size == 0:
        indices = indices.astype("int64")
    if indices.dtype.kind not in "iu" or indices.ndim != 1 or indices.shape != values.shape:
        raise ValueError(f"Received: indices={indices!r}, values={values!r}. Expected as many integers as numbers.")
    if indices.size and (indices.min() < 0 or indices.max() >= features):
        raise ValueError(f"Received: indices={indices!r}. Expected integers from 0 to {features - 1}.")
    if not np.isfinite(values).all():
        raise ValueError(f"Received: values={values!r}. Expected finite numbers.")
    unique, where = np.unique(indices, return_inverse=True)
    if len(unique) < len(indices):  # added up, as sparse matrices mean them
        return unique, np.bincount(where, values)
    return indices, values


def labels(y, classes):
    """The labels as a list of Python integers: -1 and 1 of two classes, 0 to `classes - 1` of more."""
    array = np.asarray(y)
    allowed = [-1, 1] if classes is None else range(classes)
    expected = "-1 or 1" if classes is None else f"whole numbers from 0 to {classes - 1}"
    if array.ndim != 1:
        raise ValueError(f"Received: labels of shape {array.shape}. Expected one an example, {expected}.")
    wrong = [label for label in array.tolist() if label not in allowed]
    if wrong:
        raise ValueError(f"Received: a label {wrong[0]!r}. Expected {expected}.")
    return [int(label) for label in array]

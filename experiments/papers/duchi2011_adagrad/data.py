"""Reuters RCV1, the texts of Duchi et al. (2011), section 6.1, and sparse texts as lists of word numbers."""

import os
import pathlib

import numpy as np
from scipy import sparse

from experiments.data.catalogue import Entry, declare
from experiments.data.form import Form

CATEGORIES = ("ECAT", "CCAT", "GCAT", "MCAT")
CITATION = "Lewis, Yang, Rose and Li, RCV1: A New Benchmark Collection for Text Categorization Research, JMLR 5, 2004"


def rcv1(name):
    """Return RCV1 as scikit-learn has it: 804,414 documents, 47,236 words, and which of four categories each has.

    Inputs are the numbers of a document's words, ascending, filled up with the number of words there are: `(documents,
    most words)`. Targets are 0 or 1, `(documents, 4)`.
    """
    from sklearn.datasets import fetch_rcv1

    parts = (fetch_rcv1(subset=subset, download_if_missing=False) for subset in ("train", "test"))
    return arrays(*(found(part) for part in parts))


def kept():
    """Tell whether scikit-learn has fetched it."""
    home = os.environ.get("SCIKIT_LEARN_DATA", "~/scikit_learn_data")
    return (pathlib.Path(home).expanduser() / "RCV1" / "samples_py3.pkl").is_file()


def found(part):
    """Return the bags of a part of RCV1 and the labels of the four categories."""
    places = [list(part.target_names).index(category) for category in CATEGORIES]
    return part.data, part.target[:, places].toarray().astype("uint8")


def arrays(train, test):
    """Return the four arrays of a set from two pairs of bags, a CSR matrix, and labels."""
    most = 1 + max(int(np.diff(bags.indptr).max(initial=0)) for bags, _ in (train, test))
    return numbers(train[0], most), train[1], numbers(test[0], most), test[1]


def numbers(matrix, most):
    """Return the numbers of the words of each text, filled up with how many words there are: `(texts, most)`."""
    matrix, words = sparse.csr_matrix(matrix, copy=True), matrix.shape[1]
    matrix.sort_indices()
    out = np.full((matrix.shape[0], most), words, "uint16" if words < 2**16 else "int32")
    out[np.arange(most) < np.diff(matrix.indptr)[:, None]] = matrix.indices
    return out


def bags(kind, *sets):
    """Return bags of words as CSR matrices, with 1 for a word that occurs, from either form in which a set has them.

    Args:
        kind: of the set, "words" or "word numbers".
        sets: 0 and 1, `(texts, words)`; or what `arrays` gives.
    """
    if kind == "words":
        return [sparse.csr_matrix(x).astype("float64") for x in sets]
    words = max(int(x.max()) for x in sets)
    return [_csr(x, words) for x in sets]


def _csr(x, words):
    kept = x < words
    ends = np.concatenate([[0], np.cumsum(kept.sum(1))])
    return sparse.csr_matrix((np.ones(ends[-1]), x[kept].astype("int32"), ends), (len(x), words))


declare(
    "rcv1",
    Entry(
        rcv1,
        Form("word numbers"),
        "scikit-learn fetch_rcv1: 47,236 words, 1 for a word that occurs, else 0; four categories",
        "for research, by agreement with Reuters",
        CITATION,
        656,
        get='python -c "from sklearn.datasets import fetch_rcv1; fetch_rcv1()"',
        here=kept,
    ),
)

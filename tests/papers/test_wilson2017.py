"""The construction, its two solutions in closed form, and who ends where."""

import numpy as np
import pytest

from experiments.papers.wilson2017_marginal_value import ADAPTIVE, PAPER, VARIANTS
from experiments.papers.wilson2017_marginal_value.construction import features, minimum_norm, sign_solution
from tests.papers.jobs import trained


def labels(n=30, share=0.7, seed=0):
    return np.where(np.random.default_rng(seed).uniform(size=n) < share, 1.0, -1.0)


def test_features_of_the_construction():
    x = features([1, -1], 1, 4)
    assert x.shape == (2, 23) and x[:, :3].tolist() == [[1, 1, 1], [-1, 1, 1]]
    assert np.flatnonzero(x[0, 3:]).tolist() == [5] and np.flatnonzero(x[1, 3:]).tolist() == [10, 11, 12, 13, 14]
    old, new = features(labels(), 0, 60), features(labels(seed=1), 30, 60)
    assert not (old[:, 3:].any(0) & new[:, 3:].any(0)).any()  # new examples have features never seen


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_the_solution_of_smallest_norm(share):
    y = labels(share=share)
    x = features(y, 0, 30)
    np.testing.assert_allclose(minimum_norm(x, y), np.linalg.pinv(x.astype(float)) @ y, atol=1e-12)


def test_both_solutions_fit_and_only_one_is_right_on_new_examples():
    y, new = labels(), labels(seed=1)
    x, unseen = features(y, 0, 60), features(new, 30, 60)
    assert y.sum() > 0 and (new < 0).any()
    smallest, sign = minimum_norm(x, y), sign_solution(x, y)
    np.testing.assert_allclose(x @ smallest, y, atol=1e-12)
    np.testing.assert_allclose(x @ sign, y)  # 4 = 1 + 2 + 1 on one label, -4 = -1 + 2 - 5 on the other
    assert (np.sign(unseen @ smallest) == new).all()
    assert (unseen @ sign > 0).all()
    assert np.linalg.norm(sign) > np.linalg.norm(smallest)


@pytest.mark.parametrize("variant", list(VARIANTS))
@pytest.mark.slow
def test_each_method_ends_at_its_solution(variant):
    found = trained(PAPER, "share_60", variant, examples=30, epochs=4, steps=300, batch_size=10)
    assert [row["epoch"] for row in found] == [1, 2, 3, 4]
    last, adaptive = found[-1], variant in ADAPTIVE
    assert last["train_error"] == 0
    assert last["from_sign" if adaptive else "from_minimum_norm"] < 0.02
    assert last["from_minimum_norm" if adaptive else "from_sign"] > 0.2
    if adaptive:
        assert last["test_positive"] == 1 and 0.2 < last["test_error"] < 0.6
    else:
        assert last["test_error"] == 0


def test_four_claims_of_each_method():
    (finding,) = PAPER.findings
    assert len(finding.claims) == 4 * len(VARIANTS) and finding.kind == "confirmation"
    assert set(PAPER.text.labels) == set(VARIANTS)
    ends = {claim.variant: claim.quantity.name for claim in PAPER.claims if claim.text == "ends"}
    assert ends == {name: "from_sign" if name in ADAPTIVE else "from_minimum_norm" for name in VARIANTS}

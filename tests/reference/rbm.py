"""Restricted Boltzmann machines small enough to enumerate, in NumPy float64, from the energy alone.

Nothing here imports `custom`. A machine is a tuple (W, b, c) with the kernel W of shape (visible, hidden). Except for
`contrastive_divergence`, everything is a sum over states weighted by exp(-E): no free energy, no conditional
probability and no gradient is written down as a formula.
"""

import itertools

import numpy as np


def states(units):
    """All vectors of zeros and ones, one a row."""
    return np.array(list(itertools.product([0.0, 1.0], repeat=units)))


def energy(v, h, machine, visible="bernoulli"):
    """E(v, h), one unit and one pair of units at a time (the guide's equation 1, and section 13.2)."""
    kernel, b, c = machine
    total = 0.0
    for i in range(len(v)):
        total += (v[i] - b[i]) ** 2 / 2 if visible == "gaussian" else -b[i] * v[i]
        for j in range(len(h)):
            total -= v[i] * h[j] * kernel[i, j]
    return total - sum(c[j] * h[j] for j in range(len(h)))


def weights(vs, machine, visible="bernoulli"):
    """exp(-E(v, h)) for each v of `vs` (rows) and every h (columns)."""
    hs = states(machine[0].shape[1])
    return np.array([[np.exp(-energy(v, h, machine, visible)) for h in hs] for v in vs])


def visible_probabilities(machine):
    """p(v) of every state of Bernoulli visible units."""
    joint = weights(states(machine[0].shape[0]), machine)
    return joint.sum(axis=1) / joint.sum()


def log_likelihood(data, machine):
    """Mean ln p(v) over the rows of `data`."""
    return np.mean(np.log(visible_probabilities(machine)[_index(data)]))


def transition(machine):
    """T[v, v'], the probability that h given v and then v' given h lead from v to v'."""
    joint = weights(states(machine[0].shape[0]), machine)
    hidden_given_visible = joint / joint.sum(axis=1, keepdims=True)
    visible_given_hidden = joint / joint.sum(axis=0, keepdims=True)
    return hidden_given_visible @ visible_given_hidden.T


def products(machine):
    """For every visible state: v_i E[h_j | v], v_i and E[h_j | v], side by side."""
    vs, hs = states(machine[0].shape[0]), states(machine[0].shape[1])
    joint = weights(vs, machine)
    h = joint @ hs / joint.sum(axis=1, keepdims=True)
    return np.concatenate([np.einsum("si,sj->sij", vs, h).reshape(len(vs), -1), vs, h], axis=1)


def likelihood_gradient(data, machine):
    """Gradient of the mean negative log-likelihood, by (W, b, c) in one vector: model less data."""
    each = products(machine)
    return visible_probabilities(machine) @ each - each[_index(data)].mean(axis=0)


def expected_divergence(data, machine, steps):
    """The mean of CD-k's gradient with a drawn chain, in one vector, and the variance of one row's contribution.

    The chain that starts at the data is a Markov chain: its law after k steps is the data's times T^k.
    """
    each = products(machine)
    start = np.bincount(_index(data), minlength=len(each)) / len(data)
    end = start @ np.linalg.matrix_power(transition(machine), steps)
    mean = end @ each
    return mean - start @ each, end @ each**2 - mean**2


def _index(data):
    return (np.asarray(data) @ 2.0 ** np.arange(data.shape[1])[::-1]).astype(int)


def contrastive_divergence(v, machine, draws, steps, visible, hidden, visible_states):
    """CD-k line by line for one batch with the given draws, in their order: (dW, db, dc), reconstruction error.

    For each step a uniform or normal draw of the hidden units' shape, then, if the visible units are drawn, of theirs.
    """
    kernel, b, c = machine
    draws = iter(draws)

    def logistic(x):
        return 0.5 + 0.5 * np.tanh(x / 2)

    def hidden_expectation(v):
        x = v @ kernel + c
        return logistic(x) if hidden == "bernoulli" else nrelu_moments(x)[0]

    chain, error = v, None
    for _ in range(steps):
        x = chain @ kernel + c
        if hidden == "bernoulli":
            h = np.where(next(draws) < logistic(x), 1.0, 0.0)
        else:
            h = np.maximum(0.0, x + np.sqrt(logistic(x)) * next(draws))
        y = h @ kernel.T + b
        mean = logistic(y) if visible == "bernoulli" else y
        error = np.mean((v - mean) ** 2) if error is None else error
        if visible_states == "mean":
            chain = mean
        elif visible == "bernoulli":
            chain = np.where(next(draws) < mean, 1.0, 0.0)
        else:
            chain = mean + next(draws)
    assert next(draws, None) is None, "more was drawn than CD needs"
    h, end_h, n = hidden_expectation(v), hidden_expectation(chain), len(v)
    kernel_gradient = sum(np.outer(chain[r], end_h[r]) - np.outer(v[r], h[r]) for r in range(n)) / n
    return (kernel_gradient, (chain - v).mean(axis=0), (end_h - h).mean(axis=0)), error


# max(0, x + s z) is smooth above its kink at z = -x / s. Nodes from there to 12 deviations, where the density is 1e-32.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)


def nrelu_moments(x):
    """Mean and variance of max(0, x + n), n ~ N(0, sigma(x)), by quadrature over the normal density."""
    x = np.asarray(x, np.float64)
    s = np.exp(-np.logaddexp(0.0, -x) / 2)
    low = np.clip(-x / np.maximum(s, 1e-300), -12.0, 12.0)
    half = (12.0 - low) / 2
    z = low[..., None] + half[..., None] * (_NODES + 1)
    density = _WEIGHTS * half[..., None] * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    value = x[..., None] + s[..., None] * z
    mean = np.sum(density * value, axis=-1)
    return mean, np.sum(density * value**2, axis=-1) - mean**2


def bars_and_stripes(side):
    """Every image of full rows and every image of full columns: 2 (2^side - 1) different ones."""
    rows = [np.tile(pattern[:, None], (1, side)) for pattern in states(side)]
    return np.unique([image.ravel() for row in rows for image in (row, row.T)], axis=0)

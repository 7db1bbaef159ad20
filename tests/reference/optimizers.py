"""Optimizer rules in NumPy float64, one step each, from the papers' formulas.

Nothing here imports `custom`. A rule takes the variable w, the gradient g, the state s (a dict by
name, or `None` for the start), the step number t = 1, 2, ... and the learning rate; it returns the
new variable and state.
"""

import numpy as np


def _start(state, w, *names):
    return state if state is not None else {name: np.zeros_like(w) for name in names}


def gradient_descent(w, g, state, t, rate):
    """w - eta g (Rumelhart et al. 1986, equation 8)."""
    return w - rate * g, {}


def momentum(w, g, state, t, rate, momentum):
    """Delta w(t) = -eta g + mu Delta w(t-1) (Rumelhart et al. 1986, equation 9)."""
    delta = -rate * g + momentum * _start(state, w, "velocity")["velocity"]
    return w + delta, {"velocity": delta}


def nesterov(y, g, state, t, rate, momentum):
    """v' = mu v - eta grad f(w + mu v), w' = w + v' (Sutskever et al. 2013, equations 3-4).

    The variable holds the look-ahead point y = w + mu v. Here w is recovered, moved as the paper
    moves it, and the new look-ahead point returned.
    """
    velocity = _start(state, y, "velocity")["velocity"]
    w = y - momentum * velocity
    velocity = momentum * velocity - rate * g
    w = w + velocity
    return w + momentum * velocity, {"velocity": velocity}


def adagrad(w, g, state, t, rate, epsilon):
    """H = delta I + diag(G)^(1/2), w - eta H^-1 g (Duchi et al. 2011, figure 1, diagonal)."""
    total = _start(state, w, "accumulator")["accumulator"] + g**2
    return w - rate * g / (epsilon + total**0.5), {"accumulator": total}


def adadelta(w, g, state, t, rate, rho, epsilon):
    """Zeiler (2012), algorithm 1: Delta x = -RMS[Delta x] / RMS[g] g."""
    state = _start(state, w, "mean_square_gradient", "mean_square_step")
    gradients = rho * state["mean_square_gradient"] + (1 - rho) * g**2
    delta = -((state["mean_square_step"] + epsilon) ** 0.5) / (gradients + epsilon) ** 0.5 * g
    steps = rho * state["mean_square_step"] + (1 - rho) * delta**2
    return w + rate * delta, {"mean_square_gradient": gradients, "mean_square_step": steps}


def rmsprop(w, g, state, t, rate, rho, epsilon):
    """MeanSquare(t) = rho MeanSquare(t-1) + (1 - rho) g^2 (Tieleman and Hinton 2012, slide 29)."""
    mean_square = rho * _start(state, w, "mean_square")["mean_square"] + (1 - rho) * g**2
    return w - rate * g / (mean_square**0.5 + epsilon), {"mean_square": mean_square}


def adam(w, g, state, t, rate, beta_1, beta_2, epsilon):
    """Kingma and Ba (2015), algorithm 1, line by line."""
    state = _start(state, w, "moment_1", "moment_2")
    first = beta_1 * state["moment_1"] + (1 - beta_1) * g
    second = beta_2 * state["moment_2"] + (1 - beta_2) * g**2
    first_corrected = first / (1 - beta_1**t)
    second_corrected = second / (1 - beta_2**t)
    w = w - rate * first_corrected / (second_corrected**0.5 + epsilon)
    return w, {"moment_1": first, "moment_2": second}


def step(rule, w, g, state, t, *, learning_rate, l2=0.0, multiplier=1.0, clipnorm=None, weight_decay=0.0, **hyper):
    """One step with what stands around the rule.

    Order: Keras clips the gradient of the loss and applies its decoupled decay with the common
    learning rate; then the coupled L2 term is added; then the rule runs with the variable's own
    rate. `learning_rate` is a number or a function of the steps already taken.
    """
    rate = learning_rate(t - 1) if callable(learning_rate) else learning_rate
    w, g = np.asarray(w, np.float64), np.asarray(g, np.float64)
    if clipnorm is not None:
        norm = np.sqrt(np.sum(g**2))
        g = g * (clipnorm / norm) if norm > clipnorm else g
    w = w * (1 - rate * weight_decay)
    return rule(w, g + l2 * w, state, t, rate * multiplier, **hyper)


def trajectory(rule, w, gradients, **options):
    """The variable after each of the gradients, stacked, and the last state."""
    state, points = None, []
    for t, g in enumerate(gradients, start=1):
        w, state = step(rule, w, g, state, t, **options)
        points.append(w)
    return np.stack(points), state

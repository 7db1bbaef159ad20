"""Optimizer rules in NumPy float64, one step each, from the papers' formulas.

Nothing here imports `custom`. A rule takes the variable w, the gradient g, the state s (a dict by
name, or `None` for the start), the step number t = 1, 2, ... and the learning rate; it returns the
new variable and state.
"""

import inspect
from decimal import Decimal, localcontext

import numpy as np


def start(state, w, *names):
    """The state by name, zeros at the first step."""
    return state if state is not None else {name: np.zeros_like(w) for name in names}


def gradient_descent(w, g, state, t, rate):
    """w - eta g (Rumelhart et al. 1986, equation 8)."""
    return w - rate * g, {}


def momentum(w, g, state, t, rate, momentum):
    """Delta w(t) = -eta g + mu Delta w(t-1) (Rumelhart et al. 1986, equation 9)."""
    delta = -rate * g + momentum * start(state, w, "velocity")["velocity"]
    return w + delta, {"velocity": delta}


def nesterov(y, g, state, t, rate, momentum):
    """v' = mu v - eta grad f(w + mu v), w' = w + v' (Sutskever et al. 2013, equations 3-4).

    The variable holds the look-ahead point y = w + mu v. Here w is recovered, moved as the paper
    moves it, and the new look-ahead point returned.
    """
    velocity = start(state, y, "velocity")["velocity"]
    w = y - momentum * velocity
    velocity = momentum * velocity - rate * g
    w = w + velocity
    return w + momentum * velocity, {"velocity": velocity}


def adagrad(w, g, state, t, rate, epsilon):
    """H = delta I + diag(G)^(1/2), w - eta H^-1 g (Duchi et al. 2011, figure 1, diagonal)."""
    total = start(state, w, "accumulator")["accumulator"] + g**2
    return w - rate * g / (epsilon + total**0.5), {"accumulator": total}


def adadelta(w, g, state, t, rate, rho, epsilon):
    """Zeiler (2012), algorithm 1: Delta x = -RMS[Delta x] / RMS[g] g."""
    state = start(state, w, "mean_square_gradient", "mean_square_step")
    gradients = rho * state["mean_square_gradient"] + (1 - rho) * g**2
    delta = -((state["mean_square_step"] + epsilon) ** 0.5) / (gradients + epsilon) ** 0.5 * g
    steps = rho * state["mean_square_step"] + (1 - rho) * delta**2
    return w + rate * delta, {"mean_square_gradient": gradients, "mean_square_step": steps}


def rmsprop(w, g, state, t, rate, rho, epsilon):
    """MeanSquare(t) = rho MeanSquare(t-1) + (1 - rho) g^2 (Tieleman and Hinton 2012, slide 29)."""
    mean_square = rho * start(state, w, "mean_square")["mean_square"] + (1 - rho) * g**2
    return w - rate * g / (mean_square**0.5 + epsilon), {"mean_square": mean_square}


def adam(w, g, state, t, rate, beta_1, beta_2, epsilon, bias_correction=True, amsgrad=False):
    """Kingma and Ba (2015), algorithm 1, line by line; with amsgrad the maximum of Reddi et al. (2018),
    algorithm 2, taken of the uncorrected second moment."""
    state = start(state, w, "moment_1", "moment_2", *(["largest_moment_2"] if amsgrad else []))
    first = beta_1 * state["moment_1"] + (1 - beta_1) * g
    second = beta_2 * state["moment_2"] + (1 - beta_2) * g**2
    new = {"moment_1": first, "moment_2": second}
    if amsgrad:
        second = new["largest_moment_2"] = np.maximum(state["largest_moment_2"], second)
    first_corrected = first / (1 - beta_1**t) if bias_correction else first
    second_corrected = second / (1 - beta_2**t) if bias_correction else second
    return w - rate * first_corrected / (second_corrected**0.5 + epsilon), new


def adamw(w, g, state, t, rate, weight_decay, base_learning_rate, multiplier, **adams):
    """Loshchilov and Hutter (2019), algorithm 2, line 12: theta - eta_t (alpha m_hat / (...) + lambda theta).

    alpha is the base learning rate (times the variable's own factor), eta_t what the rate is of it.
    """
    alpha, eta = base_learning_rate * multiplier, rate / base_learning_rate
    undecayed, state = adam(w, g, state, t, alpha, **adams)
    return w - eta * ((w - undecayed) + weight_decay * w), state


def sgdw(w, g, state, t, rate, weight_decay, base_learning_rate, multiplier, momentum):
    """Loshchilov and Hutter (2019), algorithm 1, lines 8 and 9; the state is -m."""
    alpha, eta = base_learning_rate * multiplier, rate / base_learning_rate
    m = -momentum * start(state, w, "velocity")["velocity"] + eta * alpha * g
    return w - m - eta * weight_decay * w, {"velocity": -m}


def heavy_ball(w, g, state, t, rate, beta):
    """x(t+1) = x(t) - alpha grad f(x(t)) + beta (x(t) - x(t-1)) (Polyak 1964, equation 9)."""
    previous = w if t == 1 else state["previous"]
    return w - rate * g + beta * (w - previous), {"previous": w}


def adamax(w, g, state, t, rate, beta_1, beta_2):
    """Kingma and Ba (2015), algorithm 2; 0 / 0 is 0."""
    state = start(state, w, "moment", "norm")
    first = beta_1 * state["moment"] + (1 - beta_1) * g
    norm = np.maximum(beta_2 * state["norm"], np.abs(g))
    quotient = np.divide(first, norm, out=np.zeros_like(first), where=norm > 0)
    return w - rate / (1 - beta_1**t) * quotient, {"moment": first, "norm": norm}


def _nadam_momenta(schedule, beta_1, steps):
    """mu_1 ... mu_steps: Dozat's 0.96^(t / 250), Keras's 0.96^t, or constant."""
    t = np.arange(1, steps + 1)
    if schedule == "constant":
        return np.full(steps, beta_1)
    return beta_1 * (1 - 0.5 * 0.96 ** (t / 250 if schedule == "dozat" else t))


def nadam(w, g, state, t, rate, beta_1, beta_2, epsilon, schedule, nesterov):
    """Dozat (2016), algorithm 2, without the nu that it prints in the numerator of n_hat; without Nesterov's term its
    algorithm 1, Adam, with the schedule's decays."""
    state = start(state, w, "moment_1", "moment_2")
    momenta = _nadam_momenta(schedule, beta_1, t + 1)
    mu, next_mu = momenta[-2:]
    decay = beta_1 if schedule == "keras" else mu
    first = decay * state["moment_1"] + (1 - decay) * g
    second = beta_2 * state["moment_2"] + (1 - beta_2) * g**2
    gradient_hat = g / (1 - np.prod(momenta[:-1]))
    first_hat = first / (1 - np.prod(momenta))
    bar = (1 - mu) * gradient_hat + next_mu * first_hat if nesterov else first / (1 - np.prod(momenta[:-1]))
    w = w - rate * bar / ((second / (1 - beta_2**t)) ** 0.5 + epsilon)
    return w, {"moment_1": first, "moment_2": second}


def rho(t, beta_2):
    """rho_infinity and rho_t of Liu et al. (2020), algorithm 2, in 50 digits: their difference loses up to
    eight."""
    with localcontext() as context:
        context.prec = 50
        beta = Decimal(beta_2)
        infinity = 2 / (1 - beta) - 1
        return float(infinity), float(infinity - 2 * t * beta**t / (1 - beta**t))


def rectification(t, beta_2):
    """r_t of Liu et al. (2020), for rho_t > 4."""
    infinity, now = rho(t, beta_2)
    return np.sqrt((now - 4) * (now - 2) * infinity / ((infinity - 4) * (infinity - 2) * now))


def radam(w, g, state, t, rate, beta_1, beta_2, epsilon, threshold, warmup):
    """Liu et al. (2020), algorithm 2, with the epsilon of the authors' code."""
    state = start(state, w, "moment_1", "moment_2")
    first = beta_1 * state["moment_1"] + (1 - beta_1) * g
    second = beta_2 * state["moment_2"] + (1 - beta_2) * g**2
    first_hat = first / (1 - beta_1**t)
    if rho(t, beta_2)[1] > threshold:
        w = w - rate * rectification(t, beta_2) * first_hat * (1 - beta_2**t) ** 0.5 / (second**0.5 + epsilon)
    elif warmup == "sgd":
        w = w - rate * first_hat
    return w, {"moment_1": first, "moment_2": second}


def lion(w, g, state, t, rate, beta_1, beta_2):
    """Chen et al. (2023), algorithm 2."""
    m = start(state, w, "momentum")["momentum"]
    return w - rate * np.sign(beta_1 * m + (1 - beta_1) * g), {"momentum": beta_2 * m + (1 - beta_2) * g}


def step(rule, w, g, state, t, *, learning_rate, l2=0.0, multiplier=1.0, clipnorm=None, **hyper):
    """One step with what stands around the rule.

    Order: the gradient of the loss is clipped; then the coupled L2 term is added; then the rule runs
    with the variable's own rate, and the decoupled decay is taken of the weights from before the step.
    It is Keras's, with the common learning rate, unless the rule has a decay of its own.
    `learning_rate` is a number or a function of the steps already taken.
    """
    rate = learning_rate(t - 1) if callable(learning_rate) else learning_rate
    w, g = np.asarray(w, np.float64), np.asarray(g, np.float64)
    if clipnorm is not None:
        norm = np.sqrt(np.sum(g**2))
        g = g * (clipnorm / norm) if norm > clipnorm else g
    if "weight_decay" in inspect.signature(rule).parameters:
        return rule(w, g + l2 * w, state, t, rate, multiplier=multiplier, **hyper)
    decay = rate * hyper.pop("weight_decay", 0.0)
    new, state = rule(w, g + l2 * w, state, t, rate * multiplier, **hyper)
    return new - decay * w, state


def trajectory(rule, w, gradients, **options):
    """The variable after each of the gradients, stacked, and the last state."""
    state, points = None, []
    for t, g in enumerate(gradients, start=1):
        w, state = step(rule, w, g, state, t, **options)
        points.append(w)
    return np.stack(points), state

"""Inputs of cases, drawn from a seed of each case's own, so that adding a case moves no other.

A draw is a function of a random generator. Numbers have few digits, which keeps the files small.
"""

import zlib

import numpy as np


def generator(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def normal(*shape, scale=1.0, avoid=()):
    """Normal numbers, none closer than 0.05 to a value to avoid (a kink, a pole)."""

    def draw(rng):
        values = np.asarray(rng.normal(size=shape) * scale)
        for kink in avoid:
            distance = values - kink
            near = np.abs(distance) < 0.05
            values = np.where(near, values + np.where(distance < 0, -0.06, 0.06), values)
        return values.round(3)

    return draw


def uniform(low, high, *shape):
    return lambda rng: np.asarray(rng.uniform(low, high, size=shape)).round(3)


def distinct(*shape):
    """Numbers around zero, each at least 0.2 from every other and from zero: no ties, no kinks."""

    def draw(rng):
        size = int(np.prod(shape))
        steps = rng.permutation(size) - size // 2
        return (0.3 * steps + 0.1 + rng.uniform(0, 0.1, size)).round(3).reshape(shape)

    return draw


def integers(low, high, *shape):
    """Whole numbers from low to high, both included."""
    return lambda rng: rng.integers(low, high + 1, size=shape).astype(np.int32)


def booleans(*shape):
    return lambda rng: np.asarray(rng.uniform(size=shape) < 0.5)


def given(values, dtype="float64"):
    return lambda rng: np.asarray(values, dtype=dtype)


def one_hot(classes, *shape):
    return lambda rng: np.eye(classes)[rng.integers(0, classes, size=shape)]


def probabilities(classes, *shape):
    """Positive numbers whose sum along the last axis is near 1."""

    def draw(rng):
        values = rng.uniform(0.05, 1, size=(*shape, classes))
        return (values / values.sum(axis=-1, keepdims=True)).round(3)

    return draw

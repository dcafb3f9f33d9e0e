"""initializers.json: no drawn values, but the distribution that an initializer must follow.

`limit` bounds a uniform distribution; `stddev` is the standard deviation of the values, `sampled`
that of the normal distribution before its tails beyond two of these are cut off. For the larger
shapes they are held against values that Keras draws.
"""

import math

import keras
import numpy as np
from keras.src.initializers.random_initializers import compute_fans

from . import encode

SHAPES = [[784, 128], [3, 3, 16, 32], [5], [4, 4, 8], [1, 1]]
TRUNCATED_STDDEV = 0.87962566103423978

SCALING = {
    "GlorotUniform": (1.0, "fan_avg", "uniform"),
    "GlorotNormal": (1.0, "fan_avg", "truncated_normal"),
    "HeUniform": (2.0, "fan_in", "uniform"),
    "HeNormal": (2.0, "fan_in", "truncated_normal"),
    "LecunUniform": (1.0, "fan_in", "uniform"),
    "LecunNormal": (1.0, "fan_in", "truncated_normal"),
}
VARIANCE_SCALING = [
    {},
    {"scale": 2.0, "mode": "fan_out", "distribution": "uniform"},
    {"scale": 0.5, "mode": "fan_avg", "distribution": "truncated_normal"},
    {"scale": 3.0, "mode": "fan_in", "distribution": "untruncated_normal"},
]
SIMPLE = [
    ("RandomUniform", {}),
    ("RandomUniform", {"minval": -0.2, "maxval": 0.7}),
    ("RandomNormal", {}),
    ("RandomNormal", {"mean": 1.0, "stddev": 0.5}),
    ("TruncatedNormal", {}),
    ("TruncatedNormal", {"mean": -1.0, "stddev": 0.5}),
]


def make():
    cases = []
    for shape in SHAPES:
        for name, (scale, mode, distribution) in SCALING.items():
            cases.append(scaled(name, {}, shape, scale, mode, distribution))
        for config in VARIANCE_SCALING:
            whole = {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal", **config}
            cases.append(scaled("VarianceScaling", config, shape, **whole))
    cases += [simple(name, config) for name, config in SIMPLE]
    return cases


def scaled(name, config, shape, scale, mode, distribution):
    fan_in, fan_out = compute_fans(shape)
    fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    variance = scale / max(1.0, fans[mode])
    record = {
        "initializer": name,
        "config": encode.options(config),
        "shape": shape,
        "fanIn": fan_in,
        "fanOut": fan_out,
        "distribution": encode.camel(distribution),
        "mean": 0,
        "stddev": math.sqrt(variance),
    }
    if distribution == "uniform":
        record["limit"] = math.sqrt(3 * variance)
    if distribution == "truncated_normal":
        record["sampled"] = math.sqrt(variance) / TRUNCATED_STDDEV
        record["limit"] = 2 * record["sampled"]
    return checked(record, config)


def simple(name, config):
    record = {"initializer": name, "config": encode.options(config), "shape": [100, 50]}
    if name == "RandomUniform":
        low, high = config.get("minval", -0.05), config.get("maxval", 0.05)
        record |= {
            "distribution": "uniform",
            "mean": (low + high) / 2,
            "stddev": (high - low) / math.sqrt(12),
            "limit": (high - low) / 2,
        }
    else:
        mean, sampled = config.get("mean", 0.0), config.get("stddev", 0.05)
        truncated = name == "TruncatedNormal"
        record |= {
            "distribution": "truncatedNormal" if truncated else "untruncatedNormal",
            "mean": encode.number(mean),
            "stddev": sampled * (TRUNCATED_STDDEV if truncated else 1),
        }
        if truncated:
            record |= {"sampled": sampled, "limit": 2 * sampled}
    return checked(record, config)


def checked(record, config):
    """The record, held against a draw of Keras's."""
    shape = tuple(record["shape"])
    if math.prod(shape) < 1000:
        return record
    initializer = getattr(keras.initializers, record["initializer"])(**config, seed=1)
    values = encode.to_numpy(initializer(shape))
    error = 6 * record["stddev"] / math.sqrt(values.size)
    assert abs(values.mean() - record["mean"]) < error, record
    assert abs(values.std() / record["stddev"] - 1) < 0.03, (record, values.std())
    if "limit" in record:
        beyond = np.abs(values - record["mean"]) > record["limit"] * (1 + 1e-12)
        # Keras's PyTorch backend lets 4 in a million of a truncated normal's values through.
        assert beyond.mean() < (1e-4 if "sampled" in record else 1e-12), record
    return record

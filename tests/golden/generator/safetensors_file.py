"""safetensors.json: a file as the safetensors library writes it, in base64, and what is in it."""

import base64

import numpy as np
from safetensors.numpy import save

from . import draw, encode

# One entry only: the library's order of several is not fixed.
METADATA = {"format": "np"}


def make():
    rng = draw.generator("safetensors")
    values = {
        "dense/kernel": rng.normal(size=(3, 2)).astype(np.float32),
        "dense/bias": np.zeros(2, np.float32),
        "double": np.array([[np.pi, -0.0], [np.inf, 5e-324]]),
        "labels": np.array([-1, 0, 2**31 - 1], np.int32),
        "mask": np.array([True, False, True]),
        "scalar": np.array(2.5, np.float32),
        "empty": np.zeros((0, 4), np.float32),
        "größe": np.array([1.5], np.float32),
    }
    data = save(values, METADATA)
    return {
        "base64": base64.b64encode(data).decode("ascii"),
        "metadata": METADATA,
        "cases": [{"name": name, "tensor": encode.tensor(value)} for name, value in values.items()],
    }

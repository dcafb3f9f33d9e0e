"""The JSON form of numbers, tensors, options and files."""

import json
import math

import numpy as np

DTYPES = {"float64", "float32", "int32", "bool"}


def camel(name):
    """log_softmax -> logSoftmax, N -> n."""
    head, *tail = name.split("_")
    return head[:1].lower() + head[1:] + "".join(part[:1].upper() + part[1:] for part in tail)


def number(value):
    """A JSON number that reads back as the same float64; a string where JSON has no number."""
    if isinstance(value, (bool, int)):
        return int(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 and math.copysign(1, value) < 0:
        return -0.0
    if value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def to_numpy(value):
    """An array of a Keras variable, a torch tensor, or anything that NumPy takes."""
    value = getattr(value, "value", value)
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asarray(value)


def tensor(value):
    """Shape, dtype, and the elements in row-major order."""
    array = to_numpy(value)
    if array.dtype == np.int64:
        array = array.astype(np.int32)
    dtype = str(array.dtype)
    if dtype not in DTYPES:
        raise TypeError(f"Cannot write a tensor of dtype {dtype}.")
    data = [number(element) for element in array.ravel().tolist()]
    return {"shape": list(array.shape), "dtype": dtype, "data": data}


def tensors(values):
    return [None if value is None else tensor(value) for value in values]


def options(values):
    """Keras's arguments under their names in Tensaur, values as JSON has them."""
    return {camel(name): plain(value) for name, value in values.items()}


def plain(value):
    if isinstance(value, dict):
        return options(value)
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    if isinstance(value, float):
        return number(value)
    return value


def line(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def write(path, content):
    """A list has one case on each line, a record one entry of which lists are spread the same way."""
    if isinstance(content, list):
        text = block(content, "")
    else:
        entries = [
            f"{line(key)}:{block(value, ' ') if isinstance(value, list) else line(value)}"
            for key, value in content.items()
        ]
        text = "{\n" + ",\n".join(entries) + "\n}"
    path.write_text(text + "\n", encoding="utf-8")


def block(values, indent):
    return "[\n" + ",\n".join(indent + line(value) for value in values) + f"\n{indent}]"


def count(content):
    """How many cases a file holds."""
    if isinstance(content, list):
        return len(content)
    return len(content["cases"])

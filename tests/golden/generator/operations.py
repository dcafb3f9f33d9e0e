"""ops.json and convolutions.json: keras.ops on float64 inputs, and PyTorch's gradients of them.

Every gradient is compared with central differences before it is written, so no case stands on a
kink by accident.
"""

import contextlib

import keras
import numpy as np
import torch

from . import draw, encode
from .op_cases import CASES, convolutions


def make():
    return make_cases(CASES)


def make_convolutions():
    return make_cases(convolutions.CASES)


def make_cases(table):
    cases = [make_case(case) for case in table]
    names = [case["name"] for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"Two cases have the same name: {sorted(twice)}")
    return cases


def make_case(case):
    with floatx(case.floatx):
        name = name_of(case)
        rng = draw.generator(name)
        arrays = [np.asarray(input_draw(rng)) for input_draw in case.inputs]
        inputs = [torch.tensor(array) for array in arrays]
        if case.gradient:
            for tensor in inputs:
                tensor.requires_grad_(tensor.is_floating_point())
        outputs, several = call(case, inputs)
        record = {"op": encode.camel(case.op), "name": name}
        if case.is_list:
            record["inputsAreList"] = True
        record["inputs"] = encode.tensors(inputs)
        record["options"] = encode.options(case.options)
        write_one_or_list(record, "output", encode.tensors(outputs), several)
        if case.gradient and any(output.requires_grad for output in outputs):
            cotangents = [draw_cotangent(output, rng) for output in outputs]
            gradients = gradients_of(inputs, outputs, cotangents)
            if case.check:
                compare_with_differences(case, name, arrays, cotangents, gradients)
            write_one_or_list(record, "cotangent", encode.tensors(cotangents), several)
            record["gradients"] = encode.tensors(gradients)
        return record


@contextlib.contextmanager
def floatx(dtype):
    before = keras.config.floatx(), torch.get_default_dtype()
    keras.config.set_floatx(dtype)
    torch.set_default_dtype(getattr(torch, dtype))
    yield
    keras.config.set_floatx(before[0])
    torch.set_default_dtype(before[1])


def name_of(case):
    rng = np.random.default_rng(0)
    arrays = [np.asarray(input_draw(rng)) for input_draw in case.inputs]
    shapes = [str(list(array.shape)).replace(" ", "") for array in arrays]
    dtypes = [str(array.dtype) for array in arrays]
    if set(dtypes) - {"float64"}:
        shapes = [f"{dtype}{shape}" for dtype, shape in zip(dtypes, shapes)]
    options = [f"{key}={encode.line(value)}" for key, value in encode.options(case.options).items()]
    parts = [encode.camel(case.op), ", ".join(shapes), " ".join(options), case.note]
    return " ".join(part for part in parts if part)


def call(case, inputs):
    """The outputs as a list, and whether the op gives several."""
    function = case.reference or getattr(keras.ops, case.op)
    if case.is_list:
        result = function(inputs, **case.options)
    else:
        result = function(*inputs, **case.options)
    several = isinstance(result, (list, tuple))
    return (list(result) if several else [result]), several


def draw_cotangent(output, rng):
    if not output.requires_grad:
        return None
    return torch.tensor(np.asarray(rng.normal(size=tuple(output.shape))).round(2))


def gradients_of(inputs, outputs, cotangents):
    """d(sum of output * cotangent) / d(input); None for an input that carries no gradient."""
    leaves = [tensor for tensor in inputs if tensor.requires_grad]
    pairs = [(o, c) for o, c in zip(outputs, cotangents) if c is not None]
    found = torch.autograd.grad(
        [output for output, _ in pairs],
        leaves,
        [cotangent for _, cotangent in pairs],
        allow_unused=True,
    )
    rest = iter(found)
    return [next(rest) if tensor.requires_grad else None for tensor in inputs]


def compare_with_differences(case, name, arrays, cotangents, gradients, step=1e-6):
    def value(changed):
        outputs, _ = call(case, [torch.tensor(array) for array in changed])
        terms = [(o * c).sum().item() for o, c in zip(outputs, cotangents) if c is not None]
        return sum(terms)

    for i, gradient in enumerate(gradients):
        if gradient is None:
            continue
        expected = np.zeros(arrays[i].size)
        for j in range(arrays[i].size):
            ends = []
            for sign in (1, -1):
                changed = [array.copy() for array in arrays]
                changed[i].flat[j] += sign * step
                ends.append(value(changed))
            expected[j] = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(gradient.numpy().ravel(), expected, rtol=1e-5, atol=1e-6, err_msg=name)


def write_one_or_list(record, key, values, several):
    if several:
        record[f"{key}s"] = values
    else:
        record[key] = values[0]

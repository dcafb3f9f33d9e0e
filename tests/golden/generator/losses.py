"""losses.json: losses of Keras in float64, with gradients for the predictions.

Where PyTorch has the same loss, the values are compared before they are written.
"""

import keras
import numpy as np
import torch
import torch.nn.functional as F

from . import draw, encode
from .draw import given, integers, normal, one_hot, probabilities, uniform

REDUCTIONS = ["sum_over_batch_size", "sum", "none", "mean", "mean_with_sample_weight"]
LOGITS = {"from_logits": True}

CASES = []


def case(loss, y_true, y_pred, weight=None, note="", **config):
    CASES.append((loss, config, y_true, y_pred, weight, note))


def with_all_reductions(loss, y_true, y_pred, batch, **config):
    for reduction in REDUCTIONS:
        case(loss, y_true, y_pred, reduction=reduction, **config)
        case(loss, y_true, y_pred, uniform(0.1, 2, batch), reduction=reduction, **config)
    case(loss, y_true, y_pred, uniform(0.1, 2, batch, 1), **config)
    for reduction in ("sum_over_batch_size", "mean_with_sample_weight"):
        zeros = given([0.0] * batch)
        case(loss, y_true, y_pred, zeros, "all weights zero", reduction=reduction, **config)


for loss in ("MeanSquaredError", "MeanAbsoluteError"):
    with_all_reductions(loss, normal(3, 2), normal(3, 2), 3)
    case(loss, normal(2, 3, 2), normal(2, 3, 2))
    case(loss, normal(2, 3, 2), normal(2, 3, 2), uniform(0.1, 2, 2, 3))
    case(loss, normal(4), normal(4))
    case(loss, normal(4), normal(4, 1), note="ranks differ")
    case(loss, normal(4, 1), normal(4, 1), uniform(0.1, 2, 4))

BINARY = given([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
for loss_config in (LOGITS, {}):
    predictions = normal(3, 2, scale=2) if loss_config else uniform(0.05, 0.95, 3, 2)
    with_all_reductions("BinaryCrossentropy", BINARY, predictions, 3, **loss_config)
    case("BinaryCrossentropy", BINARY, predictions, label_smoothing=0.2, **loss_config)
    case("BinaryCrossentropy", uniform(0, 1, 3, 2), predictions, note="soft labels", **loss_config)
    one = normal(4, 1) if loss_config else uniform(0.05, 0.95, 4, 1)
    case("BinaryCrossentropy", given([1.0, 0.0, 1.0, 0.0]), one, note="ranks differ", **loss_config)
    case("BinaryCrossentropy", given([[1], [0], [0], [1]], "int32"), one, note="int32 labels", **loss_config)
EXTREME = given([[1000.0, 1000.0], [-1000.0, -1000.0], [40.0, -40.0]])
case(
    "BinaryCrossentropy",
    given([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]),
    EXTREME,
    note="extreme logits",
    **LOGITS,
)
case(
    "BinaryCrossentropy",
    given([[1.0, 0.0], [1.0, 0.0]]),
    given([[0.0, 0.0], [1.0, 1.0]]),
    note="certain probabilities",
)

for loss_config in (LOGITS, {}):
    predictions = normal(3, 4, scale=2) if loss_config else probabilities(4, 3)
    deep = normal(2, 2, 3) if loss_config else probabilities(3, 2, 2)
    loss = "CategoricalCrossentropy"
    with_all_reductions(loss, one_hot(4, 3), predictions, 3, **loss_config)
    case(loss, one_hot(4, 3), predictions, label_smoothing=0.1, **loss_config)
    case(loss, probabilities(4, 3), predictions, note="soft labels", **loss_config)
    case(loss, one_hot(3, 2, 2), deep, **loss_config)
    case(loss, one_hot(3, 2, 2), deep, uniform(0.1, 2, 2, 2), **loss_config)
    case(loss, probabilities(3, 2, 2), deep, axis=1, **loss_config)
    loss = "SparseCategoricalCrossentropy"
    with_all_reductions(loss, integers(0, 3, 3), predictions, 3, **loss_config)
    case(loss, integers(0, 3, 3, 1), predictions, note="labels as a column", **loss_config)
    case(loss, integers(0, 2, 2, 2), deep, **loss_config)
    case(loss, integers(0, 2, 2, 2), deep, uniform(0.1, 2, 2, 2), **loss_config)
    ignoring = given([1, -1, 3], "int32")
    for reduction in ("sum_over_batch_size", "sum", "none"):
        case(loss, ignoring, predictions, ignore_class=-1, reduction=reduction, **loss_config)
    case(loss, ignoring, predictions, uniform(0.1, 2, 3), ignore_class=-1, **loss_config)
    case(loss, given([0, 2, 0], "int32"), predictions, ignore_class=0, **loss_config)
    case(loss, given([[0, 1], [2, 0]], "int32"), deep, ignore_class=0, **loss_config)
EXTREME = given(
    [[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0], [0.0, 1000.0, 999.0], [40.0, 0.0, -40.0]]
)
case("CategoricalCrossentropy", given(np.eye(3)[[2, 0, 2, 1]]), EXTREME, note="extreme logits", **LOGITS)
case("SparseCategoricalCrossentropy", given([2, 0, 2, 1], "int32"), EXTREME, note="extreme logits", **LOGITS)
CERTAIN = given([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
case("CategoricalCrossentropy", given(np.eye(3)[[0, 0]]), CERTAIN, note="certain probabilities")
case("SparseCategoricalCrossentropy", given([0, 0], "int32"), CERTAIN, note="certain probabilities")
case(
    "CategoricalCrossentropy", one_hot(3, 2), uniform(0.5, 4, 2, 3), note="probabilities that do not sum to 1"
)

for loss, y_true, y_pred, options in [
    ("Huber", normal(3, 4), normal(3, 4, scale=2), {"delta": 0.5}),
    ("LogCosh", normal(3, 2), normal(3, 2), {}),
    ("KLDivergence", probabilities(3, 2), probabilities(3, 2), {}),
    ("Poisson", uniform(0, 4, 3, 2), uniform(0.2, 4, 3, 2), {}),
    ("Hinge", given([[1.0, -1.0], [-1.0, 1.0]]), normal(2, 2), {}),
    ("Hinge", given([[1.0, 0.0], [0.0, 1.0]]), normal(2, 2), {}),
    ("SquaredHinge", given([[1.0, -1.0], [-1.0, 1.0]]), normal(2, 2), {}),
    ("CategoricalHinge", one_hot(3, 4), normal(4, 3), {}),
    ("CosineSimilarity", normal(3, 4), normal(3, 4), {}),
    ("CosineSimilarity", normal(2, 3, 2), normal(2, 3, 2), {"axis": 1}),
    ("MeanAbsolutePercentageError", uniform(0.5, 3, 3, 2), normal(3, 2), {}),
    ("MeanSquaredLogarithmicError", uniform(0.1, 3, 3, 2), uniform(0.1, 3, 3, 2), {}),
    ("BinaryFocalCrossentropy", BINARY, uniform(0.05, 0.95, 3, 2), {}),
    ("CategoricalFocalCrossentropy", one_hot(3, 2), probabilities(3, 2), {}),
    ("Dice", uniform(0, 1, 2, 2, 2), uniform(0, 1, 2, 2, 2), {}),
    ("Tversky", uniform(0, 1, 2, 2, 2), uniform(0, 1, 2, 2, 2), {"alpha": 0.3, "beta": 0.7}),
]:
    case(loss, y_true, y_pred, **options)
    case(loss, y_true, y_pred, reduction="sum", **options)
    if "axis" in options:
        case(loss, y_true, y_pred, uniform(0.1, 2, 2, 2), **options)
    elif loss not in ("Dice", "Tversky"):
        case(loss, y_true, y_pred, lambda rng, y=y_pred: uniform(0.1, 2, len(y(rng)))(rng), **options)
case("Huber", normal(3, 4), normal(3, 4))


def pytorch_value(name, config, y_true, y_pred):
    """The mean loss by PyTorch; None where it has no such loss."""
    options = {key: value for key, value in config.items() if key not in ("reduction", "from_logits")}
    if config.get("reduction") in ("sum", "none"):
        return None
    if name == "SparseCategoricalCrossentropy":
        y_true = y_true.ravel().long()
    elif y_true.shape != y_pred.shape:
        return None
    if name == "MeanSquaredError":
        return F.mse_loss(y_pred, y_true)
    if name == "MeanAbsoluteError":
        return F.l1_loss(y_pred, y_true)
    if name == "Huber":
        return F.huber_loss(y_pred, y_true, **options)
    if name == "CosineSimilarity" and not options:
        return -F.cosine_similarity(y_pred, y_true).mean()
    if name == "BinaryCrossentropy" and not options:
        if config.get("from_logits"):
            return F.binary_cross_entropy_with_logits(y_pred, y_true.double())
        return F.binary_cross_entropy(y_pred.clip(1e-7, 1 - 1e-7), y_true.double())
    if name in ("CategoricalCrossentropy", "SparseCategoricalCrossentropy"):
        if config.get("from_logits") and y_pred.ndim == 2:
            options = {key.replace("ignore_class", "ignore_index"): v for key, v in options.items()}
            return F.cross_entropy(y_pred, y_true, **options)
    return None


def make():
    return [make_case(*case) for case in CASES]


def make_case(name, config, y_true, y_pred, weight, note):
    rng = draw.generator(f"{name}{encode.line(config)}{note}{weight is None}")
    y_true = torch.tensor(y_true(rng))
    y_pred = torch.tensor(y_pred(rng), requires_grad=True)
    weight = None if weight is None else torch.tensor(weight(rng))
    # A copy, as Keras multiplies the weights by the mask in place.
    weights = None if weight is None else weight.clone()
    output = getattr(keras.losses, name)(**config)(y_true, y_pred, sample_weight=weights)
    (gradient,) = torch.autograd.grad(output.sum(), [y_pred])
    expected = pytorch_value(name, config, y_true, y_pred) if weight is None else None
    if expected is not None:
        torch.testing.assert_close(output, expected, rtol=1e-12, atol=1e-12)
    record = {"loss": name, "config": encode.options(config)}
    if note:
        record["note"] = note
    record["yTrue"] = encode.tensor(y_true)
    record["yPred"] = encode.tensor(y_pred)
    if weight is not None:
        record["sampleWeight"] = encode.tensor(weight)
    record["output"] = encode.tensor(output)
    record["gradient"] = encode.tensor(gradient)
    return record

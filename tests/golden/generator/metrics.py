"""metrics.json: Keras's metrics over several updates, with the result after each."""

import keras
import torch

from . import draw, encode
from .draw import given, integers, normal, one_hot, probabilities, uniform

BATCHES = (4, 2, 5)
CASES = []


def case(metric, y_true, y_pred, weighted=False, **config):
    """y_true and y_pred make a draw for a batch size; y_pred is None where values alone go in."""
    CASES.append((metric, config, y_true, y_pred, weighted))


def both(metric, y_true, y_pred, **config):
    case(metric, y_true, y_pred, **config)
    case(metric, y_true, y_pred, weighted=True, **config)


def binary(*shape):
    return lambda n: integers(0, 1, n, *shape)


def as_floats(make_draw):
    return lambda n: lambda rng: make_draw(n)(rng).astype("float64")


for metric in ("Mean", "Sum"):
    both(metric, lambda n: normal(n), None)
    both(metric, lambda n: normal(n, 2), None)
both("Accuracy", lambda n: integers(0, 3, n), lambda n: integers(0, 3, n))
both("Accuracy", lambda n: integers(0, 1, n, 1), lambda n: integers(0, 1, n, 1))
both("BinaryAccuracy", as_floats(binary(1)), lambda n: uniform(0, 1, n, 1))
both("BinaryAccuracy", as_floats(binary()), lambda n: uniform(0, 1, n, 1))
both("BinaryAccuracy", as_floats(binary(3)), lambda n: uniform(0, 1, n, 3), threshold=0.3)
both("CategoricalAccuracy", lambda n: one_hot(4, n), lambda n: probabilities(4, n))
both("CategoricalAccuracy", lambda n: one_hot(3, n, 2), lambda n: probabilities(3, n, 2))
both("SparseCategoricalAccuracy", lambda n: integers(0, 3, n), lambda n: probabilities(4, n))
both("SparseCategoricalAccuracy", lambda n: integers(0, 3, n, 1), lambda n: probabilities(4, n))
both("SparseCategoricalAccuracy", lambda n: integers(0, 2, n, 2), lambda n: probabilities(3, n, 2))
for k in (1, 2, 5):
    both("TopKCategoricalAccuracy", lambda n: one_hot(6, n), lambda n: normal(n, 6), k=k)
    both("SparseTopKCategoricalAccuracy", lambda n: integers(0, 5, n), lambda n: normal(n, 6), k=k)
for metric in ("MeanSquaredError", "MeanAbsoluteError", "RootMeanSquaredError"):
    both(metric, lambda n: normal(n, 2), lambda n: normal(n, 2))
    both(metric, lambda n: normal(n), lambda n: normal(n, 1))
both("BinaryCrossentropy", as_floats(binary(1)), lambda n: uniform(0.05, 0.95, n, 1))
both("CategoricalCrossentropy", lambda n: one_hot(3, n), lambda n: normal(n, 3), from_logits=True)
both("SparseCategoricalCrossentropy", lambda n: integers(0, 2, n), lambda n: normal(n, 3), from_logits=True)


def make():
    return [make_case(*case) for case in CASES]


def make_case(name, config, y_true, y_pred, weighted):
    rng = draw.generator(name + encode.line(config))
    metric = getattr(keras.metrics, name)(**config)
    updates, results = [], []
    for i, size in enumerate(BATCHES):
        update = {"values" if y_pred is None else "yTrue": torch.tensor(y_true(size)(rng))}
        if y_pred is not None:
            update["yPred"] = torch.tensor(y_pred(size)(rng))
        inputs = list(update.values())
        # The second batch goes without weights, the third with a zero among them.
        if weighted and i != 1:
            weights = uniform(0.1, 2, size) if i == 0 else given([1.0, 0.0, 2.0, 0.5, 1.0])
            update["sampleWeight"] = torch.tensor(weights(rng))
        metric.update_state(*inputs, sample_weight=update.get("sampleWeight"))
        updates.append({key: encode.tensor(value) for key, value in update.items()})
        results.append(encode.number(float(metric.result())))
    return {
        "metric": name,
        "config": encode.options(config),
        "updates": updates,
        "results": results,
    }

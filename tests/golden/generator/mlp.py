"""mlp.json: a small classifier trained by PyTorch in float64, loss by loss."""

import torch
import torch.nn.functional as F

from . import draw, encode

WIDTHS = [6, 8, 5, 3]
ACTIVATIONS = ["relu", "relu", "linear"]
BATCHES = 5
BATCH_SIZE = 4
STEPS = 20
# With an epsilon this small, Keras's Adam and PyTorch's are the same.
RUNS = [
    ("Adam", {"learning_rate": 0.01, "epsilon": 1e-30}, {"lr": 0.01, "eps": 1e-30}),
    ("SGD", {"learning_rate": 0.05, "momentum": 0.9}, {"lr": 0.05, "momentum": 0.9}),
]


def make():
    rng = draw.generator("mlp")
    weights = []
    for fan_in, units in zip(WIDTHS, WIDTHS[1:]):
        weights.append(rng.normal(scale=fan_in**-0.5, size=(fan_in, units)).round(3))
        weights.append(rng.normal(scale=0.1, size=units).round(3))
    batches = [
        (rng.normal(size=(BATCH_SIZE, WIDTHS[0])).round(2), draw.integers(0, 2, BATCH_SIZE)(rng))
        for _ in range(BATCHES)
    ]
    return {
        "inputShape": [WIDTHS[0]],
        "layers": [{"units": u, "activation": a} for u, a in zip(WIDTHS[1:], ACTIVATIONS)],
        "weights": encode.tensors(weights),
        "batches": [{"x": encode.tensor(x), "y": encode.tensor(y)} for x, y in batches],
        "cases": [train(weights, batches, *run) for run in RUNS],
    }


def train(weights, batches, name, config, options):
    parameters = [torch.nn.Parameter(torch.tensor(weight)) for weight in weights]
    optimizer = getattr(torch.optim, name)(parameters, **options)
    losses = []
    for step in range(STEPS):
        x, y = batches[step % BATCHES]
        optimizer.zero_grad()
        loss = F.cross_entropy(forward(parameters, torch.tensor(x)), torch.tensor(y).long())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {
        "optimizer": name,
        "config": encode.options(config),
        "losses": losses,
        "weights": encode.tensors(parameters),
    }


def forward(parameters, x):
    for i, activation in enumerate(ACTIVATIONS):
        x = x @ parameters[2 * i] + parameters[2 * i + 1]
        x = x.relu() if activation == "relu" else x
    return x

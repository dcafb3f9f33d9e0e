"""PyTorch on the CPU, as a contender of the bench: torch_mlp.py THREADS [fused].

Reads one JSON request a line and writes one JSON answer a line; see ../protocol.ts. With "fused" the
optimizer is torch's fused Adam, which one has to ask for; without, it is what Adam does by itself.
"""

import itertools
import json
import sys
import time

import torch
from torch import nn


def read_arrays(file):
    """Maps the arrays of a file of float32 values by name."""
    sizes = [torch.Size(shape).numel() for shape in file["shapes"].values()]
    values = torch.from_file(file["path"], size=sum(sizes))
    parts = values.split(sizes)
    return {
        name: part.reshape(shape).clone()
        for (name, shape), part in zip(file["shapes"].items(), parts)
    }


def mlp(arrays):
    """The network of the bench with the weights given."""
    model = nn.Sequential(
        nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )
    with torch.no_grad():
        for i, layer in enumerate([model[0], model[2], model[4]]):
            layer.weight.copy_(arrays[f"kernel{i}"].t())
            layer.bias.copy_(arrays[f"bias{i}"])
    return model


def adam(model, fused):
    options = {"fused": True} if fused else {}
    return torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, **options)


def prepare_gemm(job, _fused):
    def matrix(rows, columns, transposed):
        values = torch.arange(rows * columns) * 7919 % 1009
        values = (values.double() / 1009 - 0.5).float()
        return values.reshape(columns, rows).t() if transposed else values.reshape(rows, columns)

    m, k, n = job["m"], job["k"], job["n"]
    a = matrix(m, k, job["transposeA"])
    b = matrix(k, n, job["transposeB"])
    product = (a @ b).flatten()

    def run(times):
        for _ in range(times):
            a @ b

    return [product[i].item() for i in (0, m * n // 2 + 3, m * n - 1)], run


def prepare_step(job, fused):
    arrays = read_arrays(job["arrays"])
    model = mlp(arrays)
    optimizer = adam(model, fused)
    criterion = nn.CrossEntropyLoss()
    batches = itertools.cycle(
        list(zip(arrays["x"].split(job["batch"]), arrays["y"].long().split(job["batch"])))
    )

    def step():
        x, y = next(batches)
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    def run(times):
        for _ in range(times):
            step()

    return [step().item() for _ in range(5)], run


def prepare_epoch(job, fused):
    arrays = read_arrays(job["arrays"])
    model = mlp(arrays)
    optimizer = adam(model, fused)
    criterion = nn.CrossEntropyLoss()
    x, y = arrays["x"], arrays["y"].long()
    with torch.no_grad():
        check = [criterion(model(x), y).item()]

    def run(times):
        # By whole batches out of tensors in memory: several times as fast as DataLoader's collation.
        for _ in range(times):
            order = torch.randperm(len(x))
            total = 0.0
            for picked in order.split(job["batch"]):
                optimizer.zero_grad()
                loss = criterion(model(x[picked]), y[picked])
                loss.backward()
                optimizer.step()
                total += loss.item() * len(picked)

    return check, run


PREPARE = {"gemm": prepare_gemm, "mlpStep": prepare_step, "mlpEpoch": prepare_epoch}


def main():
    threads = int(sys.argv[1])
    fused = "fused" in sys.argv[2:]
    torch.set_num_threads(threads)

    def answer(**values):
        print(json.dumps(values), flush=True)

    count = f"{threads} {'thread' if threads == 1 else 'threads'}"
    answer(description=f"PyTorch {torch.__version__}, {count}{', fused Adam' if fused else ''}")
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["op"] == "prepare":
                check, run = PREPARE[request["job"]["kind"]](request["job"], fused)
                answer(check=check)
            else:
                began = time.perf_counter()
                run(request["times"])
                answer(milliseconds=(time.perf_counter() - began) * 1000)
        except Exception as error:  # the bench reports it and goes on
            answer(error=str(error).splitlines()[0])


main()

"""PyTorch on the CPU, as a contender of the bench: torch_cpu.py THREADS [fused].

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


def channels_first(kernel):
    """A kernel [height, width, channels, filters] as PyTorch wants it."""
    return kernel.permute(3, 2, 0, 1)


def cnn(arrays):
    """The convolutional network of the bench with the weights given."""
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    # Where channels stand last, the flattened order of the pooled image is another.
    dense = arrays["kernel2"].reshape(5, 5, 64, 128).permute(2, 0, 1, 3).reshape(1600, 128)
    with torch.no_grad():
        for i, kernel in enumerate([channels_first(arrays["kernel0"]), channels_first(arrays["kernel1"]),
                                    dense.t(), arrays["kernel3"].t()]):
            layer = model[[0, 3, 7, 9][i]]
            layer.weight.copy_(kernel)
            layer.bias.copy_(arrays[f"bias{i}"])
    return model


class ResidualBlock(nn.Module):
    """The residual block of the bench, with a classifier behind it."""

    def __init__(self, arrays):
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(16, 16, 3, padding="same", bias=False) for _ in range(2)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(16, eps=1e-3) for _ in range(2))
        self.dense = nn.Linear(16, 10)
        with torch.no_grad():
            for i, convolution in enumerate(self.convolutions):
                convolution.weight.copy_(channels_first(arrays[f"kernel{i}"]))
            self.dense.weight.copy_(arrays["kernel2"].t())
            self.dense.bias.copy_(arrays["bias2"])

    def forward(self, x):
        h = torch.relu(self.norms[0](self.convolutions[0](x)))
        h = torch.relu(x + self.norms[1](self.convolutions[1](h)))
        return self.dense(h.mean((2, 3)))


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


def momentum(model, fused):
    options = {"fused": True} if fused else {}
    return torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, **options)


NETWORKS = {"mlp": (mlp, adam), "cnn": (cnn, adam), "resnet": (ResidualBlock, momentum)}


def layouts(images):
    """The memory formats that images may have: PyTorch is fastest now with the one, now with the other."""
    return [torch.contiguous_format, torch.channels_last] if images.ndim == 4 else [None]


def network_and_images(network, arrays, layout):
    """A network with the weights given, and the images as it takes them."""
    model, x = network(arrays), arrays["x"]
    if layout is not None:
        x = x.permute(0, 3, 1, 2).contiguous(memory_format=layout)
        model = model.to(memory_format=layout)
    return model, x


def fastest(prepared):
    """Of several (check, run), the one that takes the least time."""
    if len(prepared) == 1:
        return prepared[0]

    def milliseconds(run):
        times = []
        for _ in range(5):
            began = time.perf_counter()
            run(1)
            times.append(time.perf_counter() - began)
        return min(times)

    return min(prepared, key=lambda pair: milliseconds(pair[1]))


def prepare_step(job, fused):
    arrays = read_arrays(job["arrays"])
    network, optimizer_of = NETWORKS[job["network"]]

    def with_layout(layout):
        model, images = network_and_images(network, arrays, layout)
        optimizer = optimizer_of(model, fused)
        criterion = nn.CrossEntropyLoss()
        batches = itertools.cycle(
            list(zip(images.split(job["batch"]), arrays["y"].long().split(job["batch"])))
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

        return [step().item() for _ in range(job["checks"])], run

    return fastest([with_layout(layout) for layout in layouts(arrays["x"])])


def prepare_inference(job, _fused):
    arrays = read_arrays(job["arrays"])
    network, _ = NETWORKS[job["network"]]

    def with_layout(layout):
        model, images = network_and_images(network, arrays, layout)
        model.eval()
        x = images[: job["batch"]]

        @torch.inference_mode()
        def infer():
            return model(x)

        def run(times):
            for _ in range(times):
                infer()

        outputs = infer()
        return outputs[0].tolist() + outputs[-1].tolist(), run

    return fastest([with_layout(layout) for layout in layouts(arrays["x"])])


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


PREPARE = {
    "gemm": prepare_gemm,
    "step": prepare_step,
    "inference": prepare_inference,
    "epoch": prepare_epoch,
}


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

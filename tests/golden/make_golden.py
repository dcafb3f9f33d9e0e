"""Writes the golden files that the tests read: what Keras 3 and PyTorch compute.

    python tests/golden/make_golden.py            # all files
    python tests/golden/make_golden.py ops mlp    # some of them

See README.md beside this script for the environment, and for what each file holds.
"""

import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
os.environ["KERAS_BACKEND"] = "torch"
os.environ["KERAS_TORCH_DEVICE"] = "cpu"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

from generator import (  # noqa: E402
    convolution_layers,
    encode,
    environment,
    initializers,
    layers,
    losses,
    metrics,
    mlp,
    operations,
    optimizers,
    pytorch_models,
    safetensors_file,
    schedules,
)

FILES = {
    "ops": operations.make,
    "convolutions": operations.make_convolutions,
    "layers": layers.make,
    "convolution_layers": convolution_layers.make,
    "losses": losses.make,
    "metrics": metrics.make,
    "optimizers": optimizers.make_keras,
    "torch_optimizers": optimizers.make_torch,
    "initializers": initializers.make,
    "mlp": mlp.make,
    "schedules": schedules.make,
    "safetensors": safetensors_file.make,
    "pytorch_models": pytorch_models.make,
}


def main(names):
    unknown = sorted(set(names) - set(FILES))
    if unknown:
        sys.exit(f"Cannot make {', '.join(unknown)}: the files are {', '.join(FILES)}.")
    environment.configure()
    for name in names or FILES:
        path = Path(__file__).parent / f"{name}.json"
        content = FILES[name]()
        encode.write(path, content)
        print(f"{path.name}: {encode.count(content)} cases, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])

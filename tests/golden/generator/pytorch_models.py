"""pytorch_models.json: the state dicts of PyTorch models as files of the safetensors library, with an input and an output.

Inputs and outputs have their channels last, as the models that the weights are read into."""

import base64

import torch
from safetensors.torch import save
from torch import nn

from . import draw, encode


class SeparableConv(nn.Module):
    def __init__(self, channels, filters):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, 2 * channels, 3, groups=channels, bias=False)
        self.pointwise = nn.Conv2d(2 * channels, filters, 1)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class ChannelsFirst(nn.Module):
    def forward(self, x):
        return x.movedim(-1, 1)


class Branches(nn.Module):
    """Two kinds of features side by side, and a sum of moved and new ones."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 2)
        self.side = nn.Linear(2, 4)
        self.gate = nn.Linear(4, 18)
        self.head = nn.Linear(22, 3)

    def forward(self, x):
        side = self.side(x.mean((2, 3)))
        images = self.conv(x).flatten(1)
        return self.head(torch.cat([side, images * self.gate(side)], 1))


IMAGES = {
    "classifier": (
        (2, 3, 10, 8),
        lambda: nn.Sequential(
            nn.Conv2d(3, 6, 3, stride=2, padding=1),
            nn.BatchNorm2d(6),
            nn.PReLU(6),
            nn.Conv2d(6, 12, 3, padding=1, groups=6),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.BatchNorm1d(48),
            nn.Linear(48, 7),
            nn.LayerNorm(7),
            nn.PReLU(),
            nn.Linear(7, 4),
        ),
    ),
    "generator": (
        (2, 5),
        lambda: nn.Sequential(
            nn.Linear(5, 36),
            nn.BatchNorm1d(36),
            nn.ReLU(),
            nn.Unflatten(1, (6, 3, 2)),
            nn.ConvTranspose2d(6, 4, 3, stride=2),
            nn.GroupNorm(2, 4),
            nn.ConvTranspose2d(4, 2, 4, stride=2, padding=1),
        ),
    ),
    "separable": (
        (2, 3, 5, 6),
        lambda: nn.Sequential(
            SeparableConv(3, 4),
            nn.Conv2d(4, 6, 2, groups=2),
            nn.Flatten(),
            nn.Linear(36, 3),
        ),
    ),
    "volumes": (
        (1, 2, 3, 4, 5),
        lambda: nn.Sequential(
            nn.Conv3d(2, 3, 2),
            nn.ConvTranspose3d(3, 2, 2),
            nn.Flatten(),
            nn.Linear(120, 2),
        ),
    ),
    "branches": ((2, 2, 4, 3), Branches),
}
TOKENS = {
    "sequences": (
        (2, 7),
        lambda: nn.Sequential(
            nn.Embedding(11, 4),
            nn.RMSNorm(4, eps=1e-6),
            ChannelsFirst(),
            nn.Conv1d(4, 6, 3),
            nn.ConvTranspose1d(6, 5, 2),
            nn.Flatten(),
            nn.Linear(30, 3),
        ),
    ),
    "words": (
        (2, 5),
        lambda: nn.Sequential(nn.Embedding(11, 4), nn.Flatten(), nn.Linear(20, 3)),
    ),
}


def make():
    cases = [case(name, draw.normal(*shape), make) for name, (shape, make) in IMAGES.items()]
    return cases + [
        case(name, draw.integers(0, 10, *shape), make) for name, (shape, make) in TOKENS.items()
    ]


def case(name, draw_input, make):
    rng = draw.generator(f"pytorch {name}")
    model = make().eval()
    with torch.no_grad():
        for path, values in model.state_dict().items():
            if values.is_floating_point():
                drawn = torch.tensor(rng.normal(scale=0.5, size=tuple(values.shape)).round(3))
                values.copy_(drawn.abs() + 0.5 if path.endswith("running_var") else drawn)
        x = torch.tensor(draw_input(rng))
        y = model(x)
    return {
        "name": name,
        "base64": base64.b64encode(save(model.state_dict())).decode("ascii"),
        "input": encode.tensor(channels_last(x)),
        "output": encode.tensor(channels_last(y)),
    }


def channels_last(values):
    return values.movedim(1, -1) if values.ndim > 2 else values

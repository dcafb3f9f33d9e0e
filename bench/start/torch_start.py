"""The same with PyTorch on the CPU."""

import sys

import torch
from torch import nn

model = nn.Sequential(
    nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
)
optimizer = torch.optim.Adam(model.parameters())
criterion = nn.CrossEntropyLoss()
x, y = torch.ones(128, 784), torch.zeros(128, dtype=torch.long)


def step():
    optimizer.zero_grad()
    criterion(model(x), y).backward()
    optimizer.step()


step()
print("step", flush=True)
for _ in range(200):
    step()
print("done", flush=True)
sys.stdin.read()

"""PyTorch models that have learned something, and one that nothing can convert: python make_pytorch.py FOLDER"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

warnings.simplefilter("ignore")
out = Path(sys.argv[1])
random = np.random.RandomState(0)
torch.manual_seed(0)
asked = {}


def trained(net, rows, targets, loss, epochs):
    optimizer = torch.optim.Adam(net.parameters(), 0.02)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss(net(rows), targets).backward()
        optimizer.step()
    return net.eval()


def keep(name, net, rows):
    with torch.no_grad():
        answers = net(rows)
        program = torch.export.export(net, (rows,), dynamic_shapes=({0: torch.export.Dim("batch")},))
        torch.export.save(program, out / f"{name}.pt2")
        torch.jit.script(net).save(out / f"{name}.pt")
    for file in (f"{name}.pt2", f"{name}.pt"):
        asked[file] = {"rows": rows.tolist(), "answers": answers.tolist()}


features = torch.from_numpy(random.normal(0, 1, (300, 8)).astype(np.float32))
target = torch.sin(features[:, :1]) + features[:, 1:2] * features[:, 2:3]
dense = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
keep("dense", trained(dense, features, target, nn.MSELoss(), 60), features[:6])

kinds = random.randint(3, size=120)
across, down = np.meshgrid(np.arange(12), np.arange(12))
stripes = [np.sin(1.6 * down), np.sin(1.6 * across), np.sin(1.1 * (across + down))]
images = np.stack([stripes[kind] for kind in kinds])[:, None] + random.normal(0, 0.5, (120, 1, 12, 12))
images = torch.from_numpy(images.astype(np.float32))
convolutional = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1),
    nn.BatchNorm2d(8),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 12, 3),
    nn.ReLU(),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Linear(12, 3),
)
trained(convolutional, images, torch.from_numpy(kinds), nn.CrossEntropyLoss(), 20)
keep("convolutional", convolutional, images[:4])


class Decomposing(nn.Module):
    def forward(self, x):
        return torch.linalg.svdvals(x)


program = torch.export.export(Decomposing(), (torch.zeros(2, 4, 4),))
torch.export.save(program, out / "svd.pt2")
torch.jit.script(Decomposing()).save(out / "svd.pt")
torch.save(dense.state_dict(), out / "weights.pt")
(out / "asked.json").write_text(json.dumps(asked))

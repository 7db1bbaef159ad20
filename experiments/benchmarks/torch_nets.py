"""The networks of the overhead benchmark in plain PyTorch, as its users write them."""

import itertools


def torch_model(net):
    """Return the network in PyTorch. Pooling of 3 with stride 2 pads one row and column, which gives the same sizes."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, channels, filters, stride):
            super().__init__()
            self.path = nn.Sequential(
                nn.Conv2d(channels, filters, 3, stride, 1, bias=False),
                nn.BatchNorm2d(filters),
                nn.ReLU(),
                nn.Conv2d(filters, filters, 3, 1, 1, bias=False),
                nn.BatchNorm2d(filters),
            )
            same = channels == filters and stride == 1
            shortcut = nn.AvgPool2d(1, stride), nn.Conv2d(channels, filters, 1, bias=False), nn.BatchNorm2d(filters)
            self.shortcut = nn.Identity() if same else nn.Sequential(*shortcut)

        def forward(self, x):
            return torch.relu(self.path(x) + self.shortcut(x))

    class Branches(nn.Module):
        def __init__(self, channels, filters, stride):
            super().__init__()
            self.paths = nn.ModuleList([self.path(channels, filters, stride) for _ in range(2)])
            self.same, self.every = channels == filters and stride == 1, nn.AvgPool2d(1, stride)
            if not self.same:
                halves = [nn.Conv2d(channels, filters // 2, 1, bias=False) for _ in range(2)]
                self.halves, self.norm = nn.ModuleList(halves), nn.BatchNorm2d(filters)

        @staticmethod
        def path(channels, filters, stride):
            found = []
            for before, step in ((channels, stride), (filters, 1)):
                found += [nn.ReLU(), nn.Conv2d(before, filters, 3, step, 1, bias=False), nn.BatchNorm2d(filters)]
            return nn.Sequential(*found)

        def forward(self, x):
            mean = (self.paths[0](x) + self.paths[1](x)) / 2
            if not self.same:
                x = torch.relu(x)
                shifted = nn.functional.pad(x, (1, -1, 1, -1))
                x = torch.cat([half(self.every(y)) for half, y in zip(self.halves, (x, shifted), strict=True)], 1)
                x = self.norm(x)
            return x + mean

    class Nets(nn.Module):
        """Dense layers side by side, from and to `(nets, batch, units)`."""

        def __init__(self, nets, inputs, units):
            super().__init__()
            self.kernel = nn.Parameter(torch.randn(nets, inputs, units) * (2 / inputs) ** 0.5)
            self.bias = nn.Parameter(torch.zeros(nets, 1, units))

        def forward(self, x):
            return torch.baddbmm(self.bias, x.expand(len(self.bias), -1, -1), self.kernel)

    class Joined(nn.Module):
        def forward(self, x):
            return x.permute(1, 0, 2).flatten(1)

    height, width, channels = net.shape
    found = []
    for (kind, *arguments), following in itertools.zip_longest(net.layers, net.layers[1:]):
        if kind == "dense":
            found.append(nn.Linear(channels, arguments[0]))
            channels = arguments[0]
        elif kind == "conv":
            filters, size, stride = (*arguments, 1)[:3]
            bias = following != ("norm",)
            found.append(nn.Conv2d(channels, filters, size, stride, size // 2, bias=bias))
            channels, height, width = filters, -(-height // stride), -(-width // stride)
        elif kind in ("max", "average"):
            size, stride = arguments
            found.append({"max": nn.MaxPool2d, "average": nn.AvgPool2d}[kind](size, stride, padding=(size - 1) // 2))
            height, width = -(-height // stride), -(-width // stride)
        elif kind in ("block", "branches"):
            filters, stride = arguments
            found.append({"block": Block, "branches": Branches}[kind](channels, filters, stride))
            channels, height, width = filters, -(-height // stride), -(-width // stride)
        elif kind == "global":
            found += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        elif kind == "points":
            found += [nn.Flatten(), nn.Unflatten(0, (1, -1))]
            channels *= height * width
        elif kind == "nets":
            nets, units = arguments
            found.append(Nets(nets, channels, units))
            channels = units
        elif kind == "flatten":
            found.append(Joined() if net.layers[0] == ("points",) else nn.Flatten())
            channels *= height * width
        elif kind == "norm":
            found.append(nn.BatchNorm2d(channels))
        elif kind == "responses":  # PyTorch divides alpha by the size
            found.append(nn.LocalResponseNorm(5, 5e-4, 0.75, 2.0))
        else:
            found.append({"relu": nn.ReLU, "dropout": nn.Dropout}[kind](*arguments))
    return nn.Sequential(*found)


def torch_loss(net):
    """Return the loss from outputs and targets as PyTorch's users write it."""
    from torch import nn

    if net.task == "classes":
        return nn.CrossEntropyLoss()
    if net.task == "numbers":
        return lambda outputs, y: ((outputs - y) ** 2).mean()
    reconstruction = nn.BCEWithLogitsLoss()
    return lambda outputs, y: reconstruction(outputs, y.float() / 255)

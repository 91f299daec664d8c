#!/usr/bin/env python3
"""PyTorch's images a second through the feature networks of `jpeglm eval`.

    pip install -c Scripts/requirements.txt torch pillow numpy
    Scripts/benchmarks/peers/pytorch-features.py FOLDER --network efficientnet-lite0 --threads 2 --json

Eager, evaluation mode, no gradients, weights at random (time does not depend on them); the faster of
channels_last and not is reported. Pictures are decoded and resized before the clock starts, so that
the figure is the network's alone; that of jpeglm has decoding and resizing in it.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

STAGES = [  # kernel, stride, channels, expansion, repeats
    (3, 1, 16, 1, 1), (3, 2, 24, 6, 2), (5, 2, 40, 6, 2), (3, 2, 80, 6, 3), (5, 1, 112, 6, 3),
    (5, 2, 192, 6, 4), (3, 1, 320, 6, 1)]


class Same(nn.Module):
    """Zeros around a convolution of stride 2 as TensorFlow sets them."""

    def __init__(self, kernel: int):
        super().__init__()
        self.total = kernel - 2

    def forward(self, x):
        before = self.total // 2
        return nn.functional.pad(x, (before, self.total - before) * 2)


def convolution(inputs, outputs, kernel, stride=1, groups=1, activation=None, padding=None):
    layers = [Same(kernel)] if stride == 2 and padding is None and kernel > 1 else []
    if padding is None:
        padding = 0 if layers else kernel // 2
    layers += [
        nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3)]
    return nn.Sequential(*layers, *([activation] if activation else []))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expansion):
        super().__init__()
        inner = inputs * expansion
        relu6 = nn.ReLU6(inplace=True)
        layers = [convolution(inputs, inner, 1, activation=relu6)] if expansion > 1 else []
        layers.append(convolution(inner, inner, kernel, stride, inner, relu6))
        layers.append(convolution(inner, outputs, 1))
        self.layers = nn.Sequential(*layers)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.adds else self.layers(x)


def efficientnet_lite0() -> nn.Module:
    layers = [convolution(3, 32, 3, 2, activation=nn.ReLU6(inplace=True))]
    inputs = 32
    for kernel, stride, channels, expansion, repeats in STAGES:
        for i in range(repeats):
            layers.append(
                InvertedResidual(inputs, channels, kernel, stride if i == 0 else 1, expansion))
            inputs = channels
    layers.append(convolution(320, 1280, 1, activation=nn.ReLU6(inplace=True)))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1))


class Branches(nn.Module):
    """Branches side by side."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def basic(inputs, outputs, kernel, stride=1, padding=0):
    return convolution(
        inputs, outputs, kernel, stride, activation=nn.ReLU(inplace=True), padding=padding)


def mean_branch(inputs, outputs):
    pool = nn.AvgPool2d(3, 1, 1, count_include_pad=False)
    return nn.Sequential(pool, basic(inputs, outputs, 1))


def block_a(n, pooled):
    return Branches(
        basic(n, 64, 1), nn.Sequential(basic(n, 48, 1), basic(48, 64, 5, padding=2)),
        nn.Sequential(
            basic(n, 64, 1), basic(64, 96, 3, padding=1), basic(96, 96, 3, padding=1)),
        mean_branch(n, pooled))


def block_b(n):
    return Branches(
        basic(n, 384, 3, 2),
        nn.Sequential(basic(n, 64, 1), basic(64, 96, 3, padding=1), basic(96, 96, 3, 2)),
        nn.MaxPool2d(3, 2))


def block_c(n, c):
    def wide(inputs, outputs):
        return basic(inputs, outputs, (1, 7), padding=(0, 3))

    def high(inputs, outputs):
        return basic(inputs, outputs, (7, 1), padding=(3, 0))

    return Branches(
        basic(n, 192, 1), nn.Sequential(basic(n, c, 1), wide(c, c), high(c, 192)),
        nn.Sequential(basic(n, c, 1), high(c, c), wide(c, c), high(c, c), wide(c, 192)),
        mean_branch(n, 192))


def block_d(n):
    return Branches(
        nn.Sequential(basic(n, 192, 1), basic(192, 320, 3, 2)),
        nn.Sequential(
            basic(n, 192, 1), basic(192, 192, (1, 7), padding=(0, 3)),
            basic(192, 192, (7, 1), padding=(3, 0)), basic(192, 192, 3, 2)),
        nn.MaxPool2d(3, 2))


def block_e(n, pool):
    def split():
        return Branches(
            basic(384, 384, (1, 3), padding=(0, 1)), basic(384, 384, (3, 1), padding=(1, 0)))

    return Branches(
        basic(n, 320, 1), nn.Sequential(basic(n, 384, 1), split()),
        nn.Sequential(basic(n, 448, 1), basic(448, 384, 3, padding=1), split()),
        nn.Sequential(pool, basic(n, 192, 1)))


def inception_v3() -> nn.Module:
    return nn.Sequential(
        basic(3, 32, 3, 2), basic(32, 32, 3), basic(32, 64, 3, padding=1), nn.MaxPool2d(3, 2),
        basic(64, 80, 1), basic(80, 192, 3), nn.MaxPool2d(3, 2),
        block_a(192, 32), block_a(256, 64), block_a(288, 64), block_b(288),
        block_c(768, 128), block_c(768, 160), block_c(768, 160), block_c(768, 192), block_d(768),
        block_e(1280, nn.AvgPool2d(3, 1, 1, count_include_pad=False)),
        block_e(2048, nn.MaxPool2d(3, 1, 1)), nn.AdaptiveAvgPool2d(1))


NETWORKS = {"efficientnet-lite0": (efficientnet_lite0, 224), "inception-v3": (inception_v3, 299)}


def rate(network: nn.Module, batches: list[torch.Tensor], seconds: float) -> float:
    """Images a second of the fastest batch, once each layer has seen the shapes."""
    network(batches[0])
    best, end, i = 0.0, time.perf_counter() + seconds, 0
    while i < 2 or time.perf_counter() < end:
        batch = batches[i % len(batches)]
        start = time.perf_counter()
        network(batch)
        best = max(best, len(batch) / (time.perf_counter() - start))
        i += 1
    return best


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--network", choices=NETWORKS, default="efficientnet-lite0")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    make, side = NETWORKS[options.network]
    files = sorted(options.folder.rglob("*.jp*g"))[: 2 * options.batch]
    pixels = np.stack(
        [np.asarray(Image.open(f).convert("RGB").resize((side, side))) for f in files])
    pictures = torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous().float() / 127.5 - 1
    results = {}
    with torch.no_grad():
        for layout in ("contiguous", "channels_last"):
            form = getattr(torch, f"{layout}_format" if layout == "contiguous" else layout)
            network = make().eval().to(memory_format=form)
            batches = [b.to(memory_format=form) for b in pictures.split(options.batch)]
            results[layout] = rate(network, batches, options.seconds / 2)
    result = {
        "peer": f"PyTorch {torch.__version__}, {max(results, key=results.get)}",
        "images_per_second": max(results.values()), **results}
    print(json.dumps(result) if options.json else result)


if __name__ == "__main__":
    main()

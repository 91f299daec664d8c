#!/usr/bin/env python3
"""Write Tests/CodecLMTests/Fixtures/networks: what PyTorch and Pillow make of one picture.

    pip install torch torchvision pytorch-fid pillow numpy safetensors
    Scripts/make-network-fixtures.py

picture.safetensors holds a picture, and the picture in two other sizes. NETWORK.json lists a network's
tensors, whose elements follow from their indices by a rule (see `elements`) that the tests repeat,
and NETWORK.safetensors its features of the picture. `layers` is a small network that has each kind of
layer; Inception-v3 is pytorch-fid's module.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from pytorch_fid import inception
from safetensors.torch import save_file

FOLDER = Path(__file__).resolve().parent.parent / "Tests/CodecLMTests/Fixtures/networks"
EPSILON = 1e-3


def elements(salt: int, shape: list[int], name: str) -> torch.Tensor:
    """Numbers that look random, the same in every language: an integer hash of the index."""
    x = np.arange(int(np.prod(shape)), dtype=np.uint32) * np.uint32(2654435761)
    x += np.uint32(salt)
    x ^= x >> np.uint32(15)
    x *= np.uint32(2246822519)
    x ^= x >> np.uint32(13)
    unit = x.astype(np.float64) / 2**31 - 1
    if len(shape) == 4:
        values = unit * np.sqrt(6 / (shape[1] * shape[2] * shape[3]))
    elif name.endswith("weight") or name.endswith("running_var"):
        values = 1 + 0.2 * unit
    else:
        values = 0.1 * unit
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def filled(shapes: dict[str, list[int]]) -> dict[str, torch.Tensor]:
    return {
        name: elements(salt, shapes[name], name) for salt, name in enumerate(sorted(shapes))}


def convolution(shapes: dict, name: str, norm: str, shape: list[int]) -> None:
    shapes[f"{name}.weight"] = shape
    for part in ("weight", "bias", "running_mean", "running_var"):
        shapes[f"{norm}.{part}"] = shape[:1]


def convolve(x, weights, name, norm, stride=1, padding=None, groups=1, activation=F.relu6):
    """Convolution and batch normalisation; `padding` is (rows, columns), or None for SAME."""
    w = weights[f"{name}.weight"]
    if padding is None:
        total = [
            max((-(-x.shape[i] // stride) - 1) * stride + w.shape[i] - x.shape[i], 0)
            for i in (2, 3)]
        x = F.pad(x, (total[1] // 2, -(-total[1] // 2), total[0] // 2, -(-total[0] // 2)))
        padding = (0, 0)
    x = F.conv2d(x, w, stride=stride, padding=padding, groups=groups)
    parts = [weights[f"{norm}.{p}"] for p in ("running_mean", "running_var", "weight", "bias")]
    return activation(F.batch_norm(x, *parts, eps=EPSILON))


def identity(x):
    return x


def inverted_residual(x, weights, name, stride, expanded):
    y = x
    if expanded:
        y = convolve(y, weights, f"{name}._expand_conv", f"{name}._bn0")
    y = convolve(
        y, weights, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, groups=y.shape[1])
    y = convolve(y, weights, f"{name}._project_conv", f"{name}._bn2", activation=identity)
    return x + y if x.shape == y.shape else y


def add_inverted_residual(shapes, name, inputs, outputs, kernel, expansion):
    inner = inputs * expansion
    if expansion > 1:
        convolution(shapes, f"{name}._expand_conv", f"{name}._bn0", [inner, inputs, 1, 1])
    convolution(shapes, f"{name}._depthwise_conv", f"{name}._bn1", [inner, 1, kernel, kernel])
    convolution(shapes, f"{name}._project_conv", f"{name}._bn2", [outputs, inner, 1, 1])


def layers(x: torch.Tensor) -> tuple[dict, torch.Tensor]:
    """A network with a layer of each kind, on pictures of 21 × 21 pixels."""
    shapes: dict[str, list[int]] = {}
    convolution(shapes, "stem", "stem_bn", [24, 3, 3, 3])
    add_inverted_residual(shapes, "a", 24, 24, 3, 2)
    add_inverted_residual(shapes, "b", 24, 40, 5, 1)
    convolution(shapes, "one", "one_bn", [16, 40, 1, 1])
    convolution(shapes, "wide", "wide_bn", [32, 40, 1, 7])
    convolution(shapes, "high", "high_bn", [48, 32, 7, 1])
    convolution(shapes, "pooled", "pooled_bn", [16, 40, 1, 1])
    convolution(shapes, "half", "half_bn", [16, 80, 3, 3])
    w = filled(shapes)
    x = convolve(x, w, "stem", "stem_bn", stride=2)
    x = inverted_residual(x, w, "a", 1, True)
    x = inverted_residual(x, w, "b", 2, False)
    one = convolve(x, w, "one", "one_bn", activation=F.relu)
    high = convolve(x, w, "wide", "wide_bn", padding=(0, 3), activation=F.relu)
    high = convolve(high, w, "high", "high_bn", padding=(3, 0), activation=F.relu)
    mean = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
    mean = convolve(mean, w, "pooled", "pooled_bn", activation=F.relu)
    x = torch.cat([one, high, mean], 1)
    half = convolve(x, w, "half", "half_bn", stride=2, padding=(0, 0), activation=F.relu)
    return shapes, torch.cat([half, F.max_pool2d(x, 3, stride=2)], 1).mean((2, 3))


STAGES = [  # kernel, stride, channels, expansion, repeats
    (3, 1, 16, 1, 1), (3, 2, 24, 6, 2), (5, 2, 40, 6, 2), (3, 2, 80, 6, 3), (5, 1, 112, 6, 3),
    (5, 2, 192, 6, 4), (3, 1, 320, 6, 1)]


def efficientnet(x: torch.Tensor) -> tuple[dict, torch.Tensor]:
    blocks = [
        (kernel, stride if i == 0 else 1, channels, expansion)
        for kernel, stride, channels, expansion, repeats in STAGES for i in range(repeats)]
    shapes: dict[str, list[int]] = {}
    convolution(shapes, "_conv_stem", "_bn0", [32, 3, 3, 3])
    inputs = 32
    for i, (kernel, _, channels, expansion) in enumerate(blocks):
        add_inverted_residual(shapes, f"_blocks.{i}", inputs, channels, kernel, expansion)
        inputs = channels
    convolution(shapes, "_conv_head", "_bn1", [1280, 320, 1, 1])
    w = filled(shapes)
    x = convolve(x, w, "_conv_stem", "_bn0", stride=2)
    for i, (_, stride, _, expansion) in enumerate(blocks):
        x = inverted_residual(x, w, f"_blocks.{i}", stride, expansion > 1)
    return shapes, convolve(x, w, "_conv_head", "_bn1").mean((2, 3))


def inception_v3(x: torch.Tensor) -> tuple[dict, torch.Tensor]:
    load, inception.load_state_dict_from_url = inception.load_state_dict_from_url, lambda *_, **__: {}
    state, torch.nn.Module.load_state_dict = torch.nn.Module.load_state_dict, lambda *_, **__: None
    network = inception.fid_inception_v3()
    inception.load_state_dict_from_url, torch.nn.Module.load_state_dict = load, state
    shapes = {
        name: list(tensor.shape) for name, tensor in network.state_dict().items()
        if tensor.dim() in (1, 4) and not name.startswith("fc.")}
    network.load_state_dict(filled(shapes), strict=False)
    inception.fid_inception_v3 = lambda: network
    module = inception.InceptionV3([3], resize_input=False, normalize_input=False).eval()
    return shapes, module(x)[0].flatten(1)


def bicubic(picture: np.ndarray, side: int) -> np.ndarray:
    """clean-fid's: Pillow's filter on floats, and the result kept in 0 ... 255."""
    planes = [
        np.asarray(Image.fromarray(picture[:, :, c], "F").resize((side, side), Image.BICUBIC))
        for c in range(3)]
    return np.stack(planes).clip(0, 255)


def bilinear(picture: np.ndarray, side: int) -> np.ndarray:
    x = torch.from_numpy(picture).permute(2, 0, 1)[None]
    return F.interpolate(x, (side, side), mode="bilinear", align_corners=False)[0].numpy()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    height, width = 26, 43
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    # Waves with edges: every kernel has something to find.
    waves = 90 * np.sin(0.9 * x * (1 + c) / 3 + 0.5 * y) + 100 * ((x // 5 + y // 4 + c) % 2)
    picture = waves.clip(-60, 195).round().astype(np.float32) + 60
    small = torch.from_numpy(bicubic(picture, 21))[None]
    large = torch.from_numpy(bilinear(picture, 299))[None]
    middle = torch.from_numpy(bicubic(picture, 224))[None]
    with torch.no_grad():
        save_file(
            {
                "picture": torch.from_numpy(picture),
                "bicubic": torch.from_numpy(bicubic(picture, 21)),
                "bilinear": torch.from_numpy(bilinear(picture, 33))},
            FOLDER / "picture.safetensors")
        for name, (shapes, features) in {
            "layers": layers((small - 127) / 128),
            "efficientnet-lite0": efficientnet((middle - 127) / 128),
            "inception-v3": inception_v3(2 * large / 255 - 1),
        }.items():
            print(f"{name}: features of {features.abs().mean():.3f} on average")
            (FOLDER / f"{name}.json").write_text(
                "{\n" + ",\n".join(f' "{n}": {json.dumps(s)}' for n, s in sorted(shapes.items()))
                + "\n}\n")
            save_file({"features": features.contiguous()}, FOLDER / f"{name}.safetensors")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measure what distances mean: sets of pictures whose difference is known, through jpeglm eval.

    pip install -c Scripts/requirements.txt numpy pillow
    Scripts/benchmarks/calibrate-distances.py FOLDER --weights FILE [--resize bilinear] [--size 32]

FOLDER has class folders of 400 or more small square JPEG files each (CIFAR-10, MNIST; photos made
smaller, for files that went through JPEG as they are bend every row of qualities). A is the first 200
files of each class, A2 the next 200; --per-class names another number. Prints a table in Markdown:
Fréchet distance, kernel distance x 1000, precision, recall. jpeglm must be on the PATH or named by
--jpeglm.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--weights", required=True)
parser.add_argument("--resize", default="bilinear")
parser.add_argument("--size", type=int, default=32)
parser.add_argument("--per-class", type=int, default=200)
parser.add_argument("--qualities", type=int, nargs="*", default=[95, 75, 60, 50, 45, 25, 10])
parser.add_argument("--jpeglm", default="jpeglm")
options = parser.parse_args()

random = np.random.default_rng(0)
work = tempfile.TemporaryDirectory()
root = pathlib.Path(work.name)


def link(files, name):
    """A folder of links to files."""
    folder = root / name
    folder.mkdir()
    for index, file in enumerate(files):
        (folder / f"{index:05}.jpg").symlink_to(file.resolve())
    return folder


def save(arrays, name):
    """A folder of pictures that differ from their pixels as little as JPEG allows."""
    folder = root / name
    folder.mkdir()
    for index, array in enumerate(arrays):
        path = folder / f"{index:05}.jpg"
        Image.fromarray(array).save(path, quality=100, subsampling=0)
    return folder


def evaluate(*arguments):
    call = [options.jpeglm, "eval", *map(str, arguments), "--json"]
    call += ["--network-weights", options.weights, "--resize", options.resize]
    result = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if result.returncode != 0:
        sys.exit(f"{' '.join(call)} failed")
    return json.loads(result.stdout)["comparisons"]


def row(name, comparison):
    kernel = 1000 * comparison["kernel_distance"]["value"]
    shares = comparison["precision_recall"]
    print(
        f"| {name} | {comparison['frechet_distance']:.2f} | {kernel:.2f} "
        f"| {shares['precision']:.2f} | {shares['recall']:.2f} |",
        flush=True,
    )


classes = sorted(path for path in options.folder.iterdir() if path.is_dir())
files = [sorted(path.glob("*.jpg")) for path in classes]
each = options.per_class
first = [file for group in files for file in group[:each]]
second = [file for group in files for file in group[each : 2 * each]]
a, a2 = link(first, "a"), link(second, "a2")
pictures = [np.asarray(Image.open(file).convert("RGB")) for file in first]

print("| compared | Fréchet distance | kernel distance × 1000 | precision | recall |")
print("|---|---|---|---|---|")
row(f"A, A2: {len(first)} and {len(second)} different pictures", evaluate(a, a2)[0])
for count in (len(first) // 8, len(first) // 4, len(first) // 2):
    row(f"A, A2: {count} of each", evaluate(a, a2, "--count", count)[0])
for quality in options.qualities:
    coded = evaluate(a, "--size", options.size, "--quality", quality)
    row(f"A, A through quality {quality}", coded[0])

# What a model scores that writes files of quality 25 and is perfect otherwise.
coded = root / "a-25"
call = [options.jpeglm, "canonicalize", a, "--out", coded, "--size", options.size, "--quality", 25]
subprocess.run(map(str, call), check=True, capture_output=True)
comparisons = evaluate(a2, coded, "--size", options.size, "--quality", 25)
row("A2, A through quality 25", comparisons[0])
row("A2 through quality 25, A through quality 25", comparisons[1])

group = dict(zip((path.name for path in classes), files)).get("cat", files[0])
row("A, one class only", evaluate(a, link(group[: len(first)], "class"))[0])


def mixed(pictures):
    """Pictures whose MCUs of 16 x 16 come from as many different ones."""
    side = pictures[0].shape[0]
    results = [np.empty_like(picture) for picture in pictures]
    for y in range(0, side, 16):
        for x in range(0, side, 16):
            for result, other in zip(results, random.permutation(len(pictures))):
                result[y : y + 16, x : x + 16] = pictures[other][y : y + 16, x : x + 16]
    return results


decoded = [np.asarray(Image.open(path).convert("RGB")) for path in sorted(coded.glob("**/*.jpg"))]
row("A, MCUs of different pictures of quality 25", evaluate(a, save(mixed(decoded), "mixed"))[0])


def blurred(picture):
    weights = np.exp(-np.arange(-4, 5) ** 2 / 2)
    result = np.pad(picture, ((4, 4), (4, 4), (0, 0)), mode="symmetric").astype(float)
    for axis in (0, 1):
        count = result.shape[axis] - 8
        parts = [np.take(result, range(i, i + count), axis) * w for i, w in enumerate(weights)]
        result = sum(parts) / weights.sum()
    return result.round().astype(np.uint8)


row("A, A blurred (sigma 1)", evaluate(a, save(map(blurred, pictures), "blurred"))[0])

# A file of quality 25 whose entropy-coded data are random bytes: what an untrained model writes.
header = root / "header.jpg"
Image.fromarray(pictures[0]).save(header, quality=25)
start = header.read_bytes()
start = start[: start.index(b"\xff\xda") + 14]
noise = root / "random"
noise.mkdir()
for index in range(len(first)):
    scan = random.integers(0, 255, 150, dtype=np.uint8).tobytes()
    (noise / f"{index:05}.jpg").write_bytes(start + scan + b"\xff\xd9")
row("A, random entropy-coded data", evaluate(a, noise)[0])


def block_means(picture):
    side = picture.shape[0] // 8 * 8
    small = picture[:side, :side].reshape(side // 8, 8, side // 8, 8, 3).mean(axis=(1, 3))
    return np.repeat(np.repeat(small.round().astype(np.uint8), 8, axis=0), 8, axis=1)


row("A, means of blocks of 8 x 8", evaluate(a, save(map(block_means, pictures), "blocks"))[0])
mean = [np.full_like(p, 0) + p.mean(axis=(0, 1)).round().astype(np.uint8) for p in pictures]
row("A, mean colours", evaluate(a, save(mean, "mean"))[0])
uniform = [random.integers(0, 256, p.shape, dtype=np.uint8) for p in pictures]
row("A, uniform noise", evaluate(a, save(uniform, "noise"))[0])
for count in (50, 200, 1000):
    chosen = [second[index * len(second) // count] for index in range(count)]
    repeated = (chosen * (len(first) // count + 1))[: len(first)]
    row(f"A, {count} other pictures repeated", evaluate(a, link(repeated, f"few{count}"))[0])

#!/usr/bin/env python3
"""Check jpeglm's distances of saved features against pytorch-fid and NumPy, at full size.

    pip install -c Scripts/requirements.txt numpy scipy safetensors pytorch-fid torch
    Scripts/checks/distances.py [JPEGLM]

Two sets of 5,000 x 2,048 features with a spectrum like that of real ones; then 500 x 1,280, whose
covariances are singular, against singular values. Ends with status 1 where an agreement is worse than
1e-4. Times are printed, jpeglm's for both covariances and everything that is computed from them.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
from unittest.mock import MagicMock

import numpy as np
from reference_distances import by_singular_values, statistics
from safetensors.numpy import save_file

# pytorch-fid's distance is NumPy and SciPy; torchvision is for its networks only.
sys.modules |= {"torchvision": MagicMock(), "torchvision.transforms": MagicMock()}
from pytorch_fid.fid_score import calculate_frechet_distance  # noqa: E402

jpeglm = sys.argv[1] if len(sys.argv) > 1 else "jpeglm"
work = tempfile.TemporaryDirectory()
root = pathlib.Path(work.name)
random = np.random.default_rng(3)


def features(count, dimensions, shift):
    spread = np.exp(-4 * np.arange(dimensions) / dimensions)
    mixing = random.normal(size=(dimensions, dimensions)) / np.sqrt(dimensions)
    x = (random.normal(size=(count, dimensions)) * spread) @ mixing + shift
    return np.maximum(x + 0.2, 0).astype(np.float32)


def run(x, y, *options):
    save_file({"features": x}, root / "x.safetensors")
    save_file({"features": y}, root / "y.safetensors")
    call = [jpeglm, "eval", root / "x.safetensors", root / "y.safetensors", "--json", *options]
    report = json.loads(subprocess.run(map(str, call), check=True, capture_output=True).stdout)
    return report["comparisons"][0], report["seconds"]


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def kernel_distance(x, y):
    def kernel(p, q):
        return (p @ q.T / p.shape[1] + 1) ** 3

    def within(z):
        k = kernel(z, z)
        return (k.sum() - np.trace(k)) / (len(z) * (len(z) - 1))

    return within(x) + within(y) - 2 * kernel(x, y).mean()


worst = 0


def compare(name, found, expected):
    global worst
    difference = abs(found - expected) / abs(expected)
    worst = max(worst, difference)
    print(f"{name}: {found:.9g}, expected {expected:.9g}, relative difference {difference:.1e}")


x, y = features(5000, 2048, 0), features(5000, 2048, 0.05)
found, seconds = run(x, y)
x, y = x.astype(np.float64), y.astype(np.float64)
(p, q), covariances = timed(lambda: (statistics(x), statistics(y)))
expected, distance = timed(calculate_frechet_distance, *p, *q)
compare("5,000 x 2,048, pytorch-fid", found["frechet_distance"], float(expected))
compare("5,000 x 2,048, singular values", found["frechet_distance"], by_singular_values(x, y))
compare("kernel distance", found["kernel_distance"]["value"], kernel_distance(x, y))
print(f"jpeglm: statistics {seconds['statistics']:.2f} s, "
      f"distance {found['seconds']['frechet']:.2f} s")
print(f"NumPy, pytorch-fid: statistics {covariances:.2f} s, distance {distance:.2f} s")

x, y = features(500, 1280, 0), features(500, 1280, 0.05)
found, _ = run(x, y)
x, y = x.astype(np.float64), y.astype(np.float64)
compare("500 x 1,280", found["frechet_distance"], by_singular_values(x, y))

sys.exit(1 if worst > 1e-4 else 0)

"""Writes Tests/CodecLMTests/Fixtures/evaluation: features, their distances, and .npz files.

    pip install torch==2.13.0+cpu --index-url https://download.pytorch.org/whl/cpu
    pip install numpy==2.4.6 scipy==1.17.1 safetensors==0.8.0 pytorch-fid==0.3.0
    python3 Scripts/make-evaluation-fixtures.py

features.safetensors holds three sets of 12 features: a [40], b [31] and few [7], which has a singular
covariance. distances.json holds what pytorch-fid makes of a and b; the distances that few takes part
in from singular values, which need no square root of a product; the kernel distance and precision and
recall by plain loops.
"""

import json
import pathlib
import sys
from unittest.mock import MagicMock

import numpy as np
from reference_distances import by_singular_values, statistics
from safetensors.numpy import save_file

# pytorch-fid's distance is NumPy and SciPy; torchvision is for its networks only.
sys.modules |= {"torchvision": MagicMock(), "torchvision.transforms": MagicMock()}
from pytorch_fid.fid_score import calculate_frechet_distance  # noqa: E402

target = pathlib.Path(__file__).parent.parent / "Tests/CodecLMTests/Fixtures/evaluation"
target.mkdir(parents=True, exist_ok=True)

random = np.random.default_rng(7)
mixing = random.normal(size=(12, 12)) * np.linspace(0.05, 1, 12)
sets = {
    "a": np.maximum(random.normal(size=(40, 12)) @ mixing + 0.5, 0),
    "b": np.maximum(random.normal(size=(31, 12)) @ mixing * 0.8 + 1.4, 0),
    "few": np.maximum(random.normal(size=(7, 12)) @ mixing + 0.5, 0),
}
sets = {name: features.astype(np.float32) for name, features in sets.items()}
save_file(sets, target / "features.safetensors")
sets = {name: features.astype(np.float64) for name, features in sets.items()}


def kernel_distance(x, y):
    def kernel(p, q):
        return (p @ q / len(p) + 1) ** 3

    def within(z):
        return np.mean([kernel(p, q) for i, p in enumerate(z) for j, q in enumerate(z) if i != j])

    return within(x) + within(y) - 2 * np.mean([kernel(p, q) for p in x for q in y])


def precision_recall(real, generated, k):
    def radii(z):
        return [sorted(np.linalg.norm(z - p, axis=1))[k] for p in z]

    def share(inner, outer):
        reach = radii(outer)
        return np.mean([np.any(np.linalg.norm(outer - p, axis=1) <= reach) for p in inner])

    return share(generated, real), share(real, generated)


regular = float(calculate_frechet_distance(*statistics(sets["a"]), *statistics(sets["b"])))
assert abs(regular - by_singular_values(sets["a"], sets["b"])) < 1e-9
precision, recall = precision_recall(sets["a"], sets["b"], 3)
distances = {
    "frechet_a_b": regular,
    "frechet_a_few": float(by_singular_values(sets["a"], sets["few"])),
    "kernel_a_b": float(kernel_distance(sets["a"], sets["b"])),
    "precision_a_b": float(precision),
    "recall_a_b": float(recall),
}
(target / "distances.json").write_text(json.dumps(distances, indent=2) + "\n")

mean, covariance = statistics(sets["a"])
np.savez(target / "stored.npz", mu=mean, sigma=covariance)
np.savez_compressed(target / "compressed.npz", mu=mean, sigma=covariance)
np.savez(
    target / "single-columns-first.npz",
    mu=mean.astype(np.float32),
    sigma=np.asfortranarray(covariance.astype(np.float32)),
)
print(json.dumps(distances, indent=2))

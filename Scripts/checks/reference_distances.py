"""Distances as NumPy computes them in float64, for the scripts that compare jpeglm's with them."""

import numpy as np


def statistics(x):
    return x.mean(axis=0), np.cov(x, rowvar=False)


def by_singular_values(x, y):
    """tr (C1 C2)^1/2 is the sum of the singular values of X Y^T, X and Y centred."""
    (mx, cx), (my, cy) = statistics(x), statistics(y)
    cross = (x - mx) @ (y - my).T / np.sqrt((len(x) - 1) * (len(y) - 1))
    overlap = np.linalg.svd(cross, compute_uv=False).sum()
    return ((mx - my) ** 2).sum() + np.trace(cx) + np.trace(cy) - 2 * overlap

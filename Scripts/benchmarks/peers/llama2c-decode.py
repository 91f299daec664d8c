#!/usr/bin/env python3
"""Measure how fast llama2.c decodes with the Llama shapes that CodecLM is benchmarked on.

    pip install -c Scripts/requirements.txt numpy
    Scripts/benchmarks/peers/llama2c-decode.py --program llama2.c/run --config T

--program is llama2.c's `run`, which you have compiled (-Ofast -march=native -fopenmp). Writes a
model of random weights and a vocabulary in llama2.c's formats to a temporary folder, and lets the
program write half of the context greedily, again and again. Reported is the median of the tokens a
second that it prints: a mean over each run, with choosing and printing the tokens in it."""

import argparse
import os
import re
import resource
import statistics
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

import numpy as np
from measuring import Shape, arguments, peak_memory, report, shape_of

BEGIN = 1  # the token that ends a text in llama2.c


def write_model(file: BinaryIO, shape: Shape) -> None:
    """Seven integers and all numbers, each kind of tensor for all layers together."""
    random = np.random.default_rng(0)

    def tensor(*size: int) -> np.ndarray:
        return 0.02 * random.standard_normal(size, np.float32)

    def ones(*size: int) -> np.ndarray:
        return np.ones(size, np.float32)

    width, layers = shape.width, shape.layers
    # A negative vocabulary says that the head is not the embedding.
    file.write(
        struct.pack(
            "<7i", width, shape.intermediate, layers, shape.heads, shape.heads,
            -shape.vocabulary, shape.context))
    head = tensor(shape.vocabulary, width)
    head[BEGIN] = 0  # never the largest, so no text ends early
    parts = [tensor(shape.vocabulary, width), ones(layers, width)]
    parts += [tensor(layers, width, width) for _ in ("query", "key", "value", "output")]
    parts += [
        ones(layers, width),
        tensor(layers, shape.intermediate, width),
        tensor(layers, width, shape.intermediate),
        tensor(layers, shape.intermediate, width),
        ones(width),
        np.zeros((shape.context, shape.head_width), np.float32),  # no longer read
        head,
    ]
    for part in parts:
        file.write(part.astype("<f4").tobytes())


def write_vocabulary(file: BinaryIO, size: int) -> None:
    """The longest token's length; then of every token a score, its length and its bytes."""
    file.write(struct.pack("<i", 4))
    for token in range(size):
        text = b"%03d " % token
        file.write(struct.pack("<fi", 0, len(text)) + text)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--program", type=Path, required=True, help="llama2.c's run")
    options = parser.parse_args()
    shape = shape_of(options)
    rates: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        model, vocabulary = Path(folder) / "model.bin", Path(folder) / "tokenizer.bin"
        with model.open("wb") as file:
            write_model(file, shape)
        with vocabulary.open("wb") as file:
            write_vocabulary(file, shape.vocabulary)
        command = [
            options.program, model, "-z", vocabulary, "-t", "0", "-n", str(shape.context // 2)]
        end = time.monotonic() + options.seconds
        while len(rates) < 3 or time.monotonic() < end:
            rates.append(run(command, options))
    report(
        options, shape, "llama2.c",
        {
            "tokens_per_second": statistics.median(rates),
            "runs": len(rates),
            "slowest": min(rates),
            "fastest": max(rates),
            "peak_rss_bytes": peak_memory(resource.RUSAGE_CHILDREN),
        },
    )


def run(command: list, options: argparse.Namespace) -> float:
    environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads)}
    result = subprocess.run(command, capture_output=True, env=environment)
    rate = re.search(rb"achieved tok/s: ([0-9.]+)", result.stderr)
    if result.returncode != 0 or not rate:
        message = result.stderr.decode(errors="replace").strip()
        raise SystemExit(f"{options.program} ended with {result.returncode}: {message}")
    return float(rate[1])


if __name__ == "__main__":
    main()

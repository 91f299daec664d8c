#!/usr/bin/env python3
"""Measure how fast PyTorch trains the Llama shapes that CodecLM is benchmarked on.

    pip install -c Scripts/requirements.txt torch
    Scripts/benchmarks/peers/pytorch-train.py --config S --mode compile
    Scripts/benchmarks/peers/pytorch-train.py --config S --context 12288 --batch 1 --warm-up 1 \\
        --least 2

The model is a plain Llama written by hand (torch_llama.py)."""

import torch
from measuring import report, shape_of
from torch_llama import Llama
from torch_training import train, training_arguments


def main() -> None:
    options = training_arguments(__doc__).parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    shape = shape_of(options)
    model = Llama(shape)
    report(options, shape, f"PyTorch {options.mode}", train(model, model, shape, options))


if __name__ == "__main__":
    main()

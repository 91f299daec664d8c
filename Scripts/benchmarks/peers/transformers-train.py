#!/usr/bin/env python3
"""Measure how fast Hugging Face transformers trains the shapes that CodecLM is benchmarked on.

    pip install -c Scripts/requirements.txt torch transformers
    Scripts/benchmarks/peers/transformers-train.py --config T --mode compile

The model is LlamaForCausalLM with scaled dot product attention."""

import torch
import transformers
from measuring import report, shape_of
from torch import Tensor
from torch.nn import functional as F
from torch_training import train, training_arguments
from transformers_llama import transformers_llama


def main() -> None:
    options = training_arguments(__doc__).parse_args()
    torch.set_num_threads(options.threads)
    shape = shape_of(options)
    model = transformers_llama(shape).train()

    def loss(tokens: Tensor, targets: Tensor) -> Tensor:
        logits = model(input_ids=tokens, use_cache=False).logits
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    result = {"transformers": transformers.__version__, **train(model, loss, shape, options)}
    report(options, shape, f"transformers {options.mode}", result)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measure how fast Hugging Face transformers decodes with the shapes of CodecLM's benchmark.

    pip install -c Scripts/requirements.txt torch transformers
    Scripts/benchmarks/peers/transformers-decode.py --config S --streams 16

The model is LlamaForCausalLM with scaled dot product attention and the growing cache that its
generate() uses by default. One pass decodes one token of every stream, at positions up to half of
the context; choosing the token is not in it."""

import torch
import transformers
from measuring import arguments, decoding_rate, report, shape_of
from transformers import DynamicCache
from transformers_llama import transformers_llama


@torch.inference_mode()
def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--streams", type=int, default=1, help="sequences at once (default: 1)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    shape = shape_of(options)
    model = transformers_llama(shape).eval()
    tokens = torch.randint(shape.vocabulary, (options.streams, 1))
    cache = DynamicCache()

    def advance(position: int) -> None:
        nonlocal cache
        if position == 0:
            cache = DynamicCache()
        model(input_ids=tokens, past_key_values=cache, use_cache=True)

    rate = decoding_rate(advance, shape, options.streams, options.seconds)
    report(
        options, shape, "transformers",
        {"streams": options.streams, "transformers": transformers.__version__, **rate},
    )


if __name__ == "__main__":
    main()

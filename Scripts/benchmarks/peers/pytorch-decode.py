#!/usr/bin/env python3
"""Measure how fast PyTorch decodes with the Llama shapes that CodecLM is benchmarked on.

    pip install -c Scripts/requirements.txt torch
    Scripts/benchmarks/peers/pytorch-decode.py --config S --streams 16

The model is a plain float32 Llama written by hand (torch_llama.py), its keys and values in a cache
that is allocated once. One pass decodes one token of every stream, at positions up to half of the
context. Both plain and compiled passes (torch.compile with constant weights; needs a C++ compiler)
are measured, each for --seconds, and the better is reported."""

import torch
import torch._inductor.config
from measuring import decoding_rate, arguments, report, shape_of
from torch_llama import Cache, Llama


@torch.inference_mode()
def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--streams", type=int, default=1, help="sequences at once (default: 1)")
    parser.add_argument("--mode", choices=["eager", "compile", "better"], default="better")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    shape = shape_of(options)
    model = Llama(shape).eval()
    cache = Cache(shape, options.streams)
    tokens = torch.randint(shape.vocabulary, (options.streams, 1))
    torch._inductor.config.freezing = True  # packs the weights for the products

    modes = ["eager", "compile"] if options.mode == "better" else [options.mode]
    results = []
    for mode in modes:
        advance = torch.compile(model.advance) if mode == "compile" else model.advance
        rate = decoding_rate(
            lambda position: advance(tokens, cache, position), shape, options.streams,
            options.seconds)
        results.append({"mode": mode, **rate})
    best = max(results, key=lambda result: result["tokens_per_second"])
    report(
        options, shape, f"PyTorch {best['mode']}",
        {
            "streams": options.streams,
            "torch": torch.__version__,
            **best,
            "measured": {result["mode"]: result["tokens_per_second"] for result in results},
        },
    )


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measure how fast llama.cpp decodes with the Llama shapes that CodecLM is benchmarked on.

    export CMAKE_ARGS=-DGGML_NATIVE=ON    # llama.cpp is compiled
    pip install -c Scripts/requirements.txt llama-cpp-python gguf
    Scripts/benchmarks/peers/llama-cpp-decode.py --config S --weights q8 --streams 1

Writes a GGUF file of random weights (norms stay f32) without a vocabulary to a temporary folder and
decodes with flash attention off. One pass decodes one token of every stream in one batch, at
positions up to half of the context, and computes every stream's logits; choosing the token is not
in it."""

import argparse
import ctypes
import tempfile
from pathlib import Path

import gguf
import llama_cpp
import numpy as np
from measuring import Shape, arguments, decoding_rate, report, shape_of

WEIGHTS = {
    "f32": gguf.GGMLQuantizationType.F32,
    "bf16": gguf.GGMLQuantizationType.BF16,
    "q8": gguf.GGMLQuantizationType.Q8_0,
}
CACHES = {"f32": llama_cpp.GGML_TYPE_F32, "f16": llama_cpp.GGML_TYPE_F16}


def matrices(shape: Shape) -> dict[str, tuple[int, int]]:
    """Rows (outputs) and columns (inputs) of each matrix, by its name in GGUF."""
    width, intermediate = shape.width, shape.intermediate
    sizes = {
        "token_embd": (shape.vocabulary, width),
        "output": (shape.vocabulary, width),
    }
    for layer in range(shape.layers):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            sizes[f"blk.{layer}.{part}"] = (width, width)
        sizes[f"blk.{layer}.ffn_gate"] = (intermediate, width)
        sizes[f"blk.{layer}.ffn_up"] = (intermediate, width)
        sizes[f"blk.{layer}.ffn_down"] = (width, intermediate)
    return sizes


def write_model(path: Path, shape: Shape, weights: str) -> None:
    random = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.intermediate)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_tokenizer_model("no_vocab")
    norms = ["output_norm"]
    norms += [f"blk.{i}.{part}_norm" for i in range(shape.layers) for part in ("attn", "ffn")]
    for name in norms:
        writer.add_tensor(f"{name}.weight", np.ones(shape.width, np.float32))
    for name, size in matrices(shape).items():
        values = 0.02 * random.standard_normal(size, np.float32)
        kind = WEIGHTS[weights]
        data = gguf.quants.quantize(values, kind)
        writer.add_tensor(f"{name}.weight", data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def measure(path: Path, shape: Shape, options: argparse.Namespace) -> dict:
    streams = options.streams
    model = llama_cpp.llama_model_load_from_file(
        str(path).encode(), llama_cpp.llama_model_default_params()
    )
    settings = llama_cpp.llama_context_default_params()
    settings.n_ctx = shape.context * streams
    settings.n_batch = settings.n_ubatch = max(streams, 32)
    settings.n_seq_max = streams
    settings.n_threads = settings.n_threads_batch = options.threads
    settings.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
    settings.type_k = settings.type_v = CACHES[options.cache]
    context = llama_cpp.llama_init_from_model(model, settings) if model else None
    if not context:
        raise SystemExit(f"llama.cpp does not load {path}; --verbose says why")
    memory = llama_cpp.llama_get_memory(context)
    batch = llama_cpp.llama_batch_init(streams, 0, 1)
    batch.n_tokens = streams
    tokens = np.random.default_rng(1).integers(shape.vocabulary, size=streams)
    for stream in range(streams):
        batch.token[stream] = int(tokens[stream])
        batch.n_seq_id[stream] = 1
        batch.seq_id[stream][0] = stream
        batch.logits[stream] = 1

    def advance(position: int) -> None:
        if position == 0:
            llama_cpp.llama_memory_clear(memory, False)
        for stream in range(streams):
            batch.pos[stream] = position
        if llama_cpp.llama_decode(context, batch) != 0:
            raise SystemExit(f"llama.cpp does not decode position {position}")
        llama_cpp.llama_get_logits(context)  # waits for them

    return decoding_rate(advance, shape, streams, options.seconds)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--streams", type=int, default=1, help="sequences at once (default: 1)")
    parser.add_argument("--weights", choices=WEIGHTS, default="f32", help="default: f32")
    parser.add_argument(
        "--cache", choices=CACHES, default="f16",
        help="keys and values (default: f16, llama.cpp's own)")
    parser.add_argument("--verbose", action="store_true", help="show llama.cpp's messages")
    options = parser.parse_args()
    shape = shape_of(options)
    if options.weights == "q8" and (shape.width % 32 or shape.intermediate % 32):
        parser.error(f"q8 needs widths that 32 divides, not {shape.width}, {shape.intermediate}")

    @llama_cpp.llama_log_callback
    def quiet(level: int, text: bytes, data: ctypes.c_void_p) -> None:
        pass

    if not options.verbose:
        llama_cpp.llama_log_set(quiet, ctypes.c_void_p())
    llama_cpp.llama_backend_init()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        write_model(path, shape, options.weights)
        rate = measure(path, shape, options)
    report(
        options, shape, f"llama.cpp {options.weights}",
        {
            "weights": options.weights,
            "cache": options.cache,
            "streams": options.streams,
            "llama_cpp_python": llama_cpp.__version__,
            "features": llama_cpp.llama_print_system_info().decode(),
            **rate,
        },
    )


if __name__ == "__main__":
    main()

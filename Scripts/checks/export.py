#!/usr/bin/env python3
"""Check what `jpeglm export` writes with the programs it is written for.

    pip install -c Scripts/requirements.txt torch transformers safetensors gguf
    pip install -c Scripts/requirements.txt llama-cpp-python    # may be left out
    Scripts/checks/export.py JPEGLM FOLDER

FOLDER is a run or a checkpoint. It is exported as float32 and bfloat16, folders and GGUF. The
folders are opened by transformers: the float32 copy must give FOLDER's own logits, the bfloat16 copy
those of FOLDER rounded to bfloat16. The GGUF files are read by the gguf package and compared with
the folders tensor by tensor, rows of query and key projections back in their order; where
llama-cpp-python is installed, llama.cpp's logits are compared too.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from gguf import GGUFReader
from transformers import AutoModelForCausalLM

NAMES = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj", "token_embd": "model.embed_tokens", "output_norm": "model.norm",
    "output": "lm_head",
}


def source_name(name: str) -> str:
    parts = name.split(".")
    if parts[0] == "blk":
        return f"model.layers.{parts[1]}.{NAMES[parts[2]]}.weight"
    return f"{NAMES[parts[0]]}.weight"


def values(tensor) -> torch.Tensor:
    """A GGUF tensor as float32, outermost size first."""
    shape = [int(size) for size in reversed(tensor.shape)]
    data = torch.from_numpy(np.array(tensor.data))
    if tensor.tensor_type.name == "BF16":
        data = data.view(torch.bfloat16).float()
    return data.reshape(shape)


def check_gguf(path: Path, model) -> None:
    reader, state = GGUFReader(path), model.state_dict()
    config, seen = model.config, set()
    fields = {name: field.contents() for name, field in reader.fields.items()}
    assert fields["general.architecture"] == "llama"
    assert fields["llama.block_count"] == config.num_hidden_layers
    assert fields["llama.attention.head_count_kv"] == config.num_key_value_heads
    for tensor in reader.tensors:
        found = values(tensor)
        if tensor.name == "rope_freqs.weight":
            exact = model.model.rotary_emb.inv_freq
            plain = config.rope_parameters["rope_theta"] ** -(
                torch.arange(0, config.head_dim, 2).double() / config.head_dim)
            assert torch.allclose(plain / found.double(), exact.double(), rtol=1e-6)
            continue
        name = source_name(tensor.name)
        seen.add(name)
        if "attn_q." in tensor.name or "attn_k." in tensor.name:
            half = config.head_dim // 2
            found = found.reshape(-1, half, 2, found.shape[1]).transpose(1, 2)
            found = found.reshape(-1, found.shape[-1])
        assert torch.equal(found, state[name].float()), tensor.name
    missing = set(state) - seen
    assert missing <= ({"lm_head.weight"} if config.tie_word_embeddings else set()), missing
    print(f"  {path.name}: {len(reader.tensors)} tensors equal")


def check_llama_cpp(path: Path, tokens: torch.Tensor, logits: torch.Tensor) -> None:
    try:
        import llama_cpp
    except ImportError:
        return print("  llama-cpp-python is not installed: llama.cpp's logits are not compared")
    model = llama_cpp.Llama(
        str(path), logits_all=True, verbose=False, n_ctx=len(tokens) + 8, flash_attn=False,
        type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32)
    model.eval(tokens.tolist())
    found = torch.from_numpy(np.array(model.scores[: len(tokens)]))
    difference = (found - logits).abs().max().item()
    print(f"  llama.cpp's logits differ by at most {difference:.1e}")
    # Its products of BF16 weights round the activations to BF16 too.
    assert difference < (1e-4 if "f32" in path.name else 3e-2) * logits.abs().max().item()


@torch.no_grad()
def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    program, folder = sys.argv[1:]
    torch.set_num_threads(1)
    original = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    random = torch.Generator().manual_seed(3)
    count = min(64, original.config.max_position_embeddings)
    tokens = torch.randint(original.config.vocab_size, (count,), generator=random)
    with tempfile.TemporaryDirectory() as work:
        for kind, dtype in (("f32", torch.float32), ("bf16", torch.bfloat16)):
            print(kind)
            out, gguf = Path(work) / kind, Path(work) / f"{kind}.gguf"
            subprocess.run(
                [program, "export", folder, "--out", out, "--gguf", gguf, "--dtype", kind],
                check=True, stdout=subprocess.DEVNULL)
            assert AutoModelForCausalLM.from_pretrained(out, dtype="auto").dtype == dtype
            copy = AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32)
            for (name, before), after in zip(
                original.state_dict().items(), copy.state_dict().values()):
                rounded = before.to(dtype).float() if before.dim() > 1 or kind == "bf16" else before
                assert torch.equal(rounded, after), name
            difference = (original(tokens[None]).logits - copy(tokens[None]).logits).abs().max()
            print(f"  transformers' logits differ by at most {difference.item():.1e}")
            assert kind == "bf16" or difference == 0
            norms = {n: p for n, p in original.state_dict().items() if p.dim() == 1}
            copy.load_state_dict(norms, strict=False)
            check_gguf(gguf, copy)
            check_llama_cpp(gguf, tokens, copy(tokens[None]).logits[0])


if __name__ == "__main__":
    main()

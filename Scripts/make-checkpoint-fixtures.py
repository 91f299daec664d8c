#!/usr/bin/env python3
"""Write small Hugging Face folders that CodecLM's tests open, and what transformers computes there.

Usage:
    pip install torch transformers safetensors
    python Scripts/make-checkpoint-fixtures.py [--output Tests/CodecLMTests/Fixtures/checkpoints]

Each folder differs from the others in what a reader can get wrong:

    sharded-bf16   model-0000N-of-0000M.safetensors with an index, BF16, grouped heads, Llama 3's
                   scaling of the rotary embedding
    bin-f32        pytorch_model.bin, float32, tied embeddings (two names for one storage), linear
                   scaling, as many key/value heads as heads
    bin-sharded-f16  two pytorch_model-0000N-of-00002.bin with an index, F16, one key/value head

and holds reference.safetensors: `tokens` [N] int64, `logits` [N, vocabulary] in float32 with the
stored weights widened to float32, and `greedy` [200] int64, the continuation of the first three
tokens.
"""

import argparse
import json
import os
import shutil
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

FIXTURES = Path(__file__).resolve().parent.parent / "Tests/CodecLMTests/Fixtures/checkpoints"
SHARED = dict(
    vocab_size=258, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
    num_attention_heads=4, head_dim=8, max_position_embeddings=256, rms_norm_eps=1e-5,
    bos_token_id=256, eos_token_id=257)
LLAMA3 = dict(
    rope_type="llama3", rope_theta=5000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=32)
MODELS = {
    "sharded-bf16": (torch.bfloat16, dict(num_key_value_heads=2, rope_parameters=LLAMA3)),
    "bin-f32": (torch.float32, dict(
        num_key_value_heads=4, tie_word_embeddings=True,
        rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=2.5))),
    "bin-sharded-f16": (torch.float16, dict(num_key_value_heads=1)),
}
TOKENS, PROMPT, CONTINUATION, NEAR_TIE = 20, 3, 200, 2e-3


def make_model(settings: dict, dtype: torch.dtype, seed: int) -> LlamaForCausalLM:
    random = torch.Generator().manual_seed(seed)
    model = LlamaForCausalLM(LlamaConfig(**SHARED, **settings))
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=random)
            parameter.copy_(1 + 0.2 * noise if parameter.dim() == 1 else 0.3 * noise)
    return model.to(dtype)


def save(model: LlamaForCausalLM, folder: Path) -> None:
    """As transformers saves, or as its older versions and the authors of JPEG-LM saved."""
    if folder.name.startswith("sharded"):
        return model.save_pretrained(folder, max_shard_size="12KB")
    model.save_pretrained(folder)
    (folder / "model.safetensors").unlink()
    state = model.state_dict()
    if "sharded" not in folder.name:
        return torch.save(state, folder / "pytorch_model.bin")
    names = list(state)
    halves = [names[: len(names) // 2], names[len(names) // 2 :]]
    index = {"metadata": {}, "weight_map": {}}
    for number, half in enumerate(halves, 1):
        file = f"pytorch_model-{number:05}-of-00002.bin"
        torch.save({name: state[name] for name in half}, folder / file)
        index["weight_map"] |= dict.fromkeys(half, file)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2))


@torch.no_grad()
def reference(folder: Path) -> dict[str, torch.Tensor] | None:
    """What transformers computes from the folder, or None where two tokens are nearly as likely."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    random = torch.Generator().manual_seed(9)
    tokens = torch.randint(SHARED["vocab_size"], (TOKENS,), generator=random)
    logits = model(tokens[None], use_cache=False).logits[0]
    sequence = tokens[:PROMPT].tolist()
    for _ in range(CONTINUATION):
        last = model(torch.tensor([sequence]), use_cache=False).logits[0, -1]
        first, second = last.topk(2).values.tolist()
        if first - second < NEAR_TIE:
            return None
        sequence.append(int(last.argmax()))
    return dict(tokens=tokens, logits=logits, greedy=torch.tensor(sequence[PROMPT:]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write Hugging Face folders for tests.")
    parser.add_argument("--output", type=Path, default=FIXTURES)
    output = parser.parse_args().output
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    for name, (dtype, settings) in MODELS.items():
        for seed in range(1, 1000):
            shutil.rmtree(output / name, ignore_errors=True)
            save(make_model(settings, dtype, seed), output / name)
            result = reference(output / name)
            if result is not None:
                break
        save_file(result, output / name / "reference.safetensors")
        (output / name / "generation_config.json").unlink(missing_ok=True)
        distinct = len(set(result["greedy"].tolist()))
        print(name, "seed", seed, "tokens that occur in the continuation:", distinct)
    print("total bytes:", sum(p.stat().st_size for p in output.rglob("*") if p.is_file()))


if __name__ == "__main__":
    main()

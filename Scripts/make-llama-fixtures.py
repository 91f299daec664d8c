#!/usr/bin/env python3
"""Write the Llama reference fixtures that CodecLM's tests compare against.

Usage:
    pip install torch transformers safetensors
    python Scripts/make-llama-fixtures.py [--output Tests/CodecLMTests/Fixtures/llama]

Nothing is downloaded; the same package versions write the same bytes. Two tiny random models are
made: one with grouped key/value heads and an output head of its own, in the output folder itself,
and one with tied embeddings, in `tied/` below it. Each folder holds

    config.json            as written by transformers' save_pretrained
    model.safetensors      the weights, float32
    reference.safetensors  what the model computes, with these tensors:

    tokens   [N] int64           a packed batch: three independent sequences, then padding
    targets  [N] int64           the token to predict at each position, -1 where ignored
    segments [3, 2] int64        start and end (exclusive) of each sequence; positions count from 0
    logits   [N, vocab]          zero at padding
    loss     []                  mean cross-entropy over the targets that are not -1
    grad.<parameter>             gradient of `loss`, before clipping
    grad_norm []                 L2 norm of all the gradients together
    losses   [10]                the loss before each of ten AdamW steps on this same batch
    after.<parameter>            the weights after those ten steps
    greedy   [12] int64          greedy continuation of the prompt 1, 5, 3 (prompt not included)

What is not int64 is computed in float64 and stored as float32. A tied embedding appears once, as
model.embed_tokens.weight. Each step clips the gradients with torch.nn.utils.clip_grad_norm_ (which
scales by 1 / (norm + 1e-6) when that is below 1), then applies AdamW with the constants below,
decaying matrices (the embedding too) but not norm weights. The unmodified float32 transformers
model computes the same, and the largest differences are printed: a guide to tests' tolerances.
"""

import argparse
import os
import types
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM

FIXTURES = Path(__file__).resolve().parent.parent / "Tests/CodecLMTests/Fixtures/llama"
# Per model: folder below the output, seed, configuration. transformers wants hidden_size to be a
# multiple of num_attention_heads even where head_dim is given.
MODELS = [
    ("", 1, dict(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        head_dim=6, intermediate_size=40, vocab_size=19, tie_word_embeddings=False)),
    ("tied", 24, dict(
        hidden_size=9, num_hidden_layers=1, num_attention_heads=3, num_key_value_heads=3,
        head_dim=4, intermediate_size=10, vocab_size=11, tie_word_embeddings=True)),
]
SHARED = dict(max_position_embeddings=32, rope_theta=10000.0, rms_norm_eps=1e-5)
SEGMENT_LENGTHS = [7, 11, 4]
PADDING = 2
IGNORED_POSITIONS = [3, 12]  # inside the first and the second segment
PROMPT, CONTINUATION = [1, 5, 3], 12
STEPS, LEARNING_RATE, BETAS, EPSILON = 10, 1e-2, (0.9, 0.95), 1e-8
WEIGHT_DECAY, CLIP_NORM = 0.1, 1.0
PRECISION = "int64: tokens, targets, segments, greedy; all else float64 stored as float32"


def make_model(settings: dict, random: torch.Generator) -> LlamaForCausalLM:
    """A float32 model whose weights are large enough for a wrong formula to show."""
    model = LlamaForCausalLM(LlamaConfig(**settings, **SHARED))
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=random)
            parameter.copy_(1 + 0.2 * noise if parameter.dim() == 1 else 0.3 * noise)
    return model


def make_batch(vocabulary: int, random: torch.Generator) -> dict[str, torch.Tensor]:
    """Random sequences packed end to end, each target being the token that follows."""
    tokens, targets, segments = [], [], []
    for length in SEGMENT_LENGTHS:
        drawn = torch.randint(vocabulary, (length + 1,), generator=random).tolist()
        segments.append([len(tokens), len(tokens) + length])
        tokens += drawn[:-1]
        targets += drawn[1:]
    for position in IGNORED_POSITIONS:
        targets[position] = -1
    tokens += [1] * PADDING
    targets += [-1] * PADDING
    batch = dict(tokens=tokens, targets=targets, segments=segments)
    return {name: torch.tensor(values) for name, values in batch.items()}


def in_float64(model: LlamaForCausalLM) -> LlamaForCausalLM:
    """The model in float64 throughout: transformers' own norms and rotary angles stay float32."""

    def norm(self, x):
        return self.weight * x / (x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon).sqrt()

    def rotary(self, x, position_ids):
        exponents = torch.arange(0, self.config.head_dim, 2).double() / self.config.head_dim
        frequencies = self.config.rope_parameters["rope_theta"] ** -exponents
        angles = position_ids[..., None].double() * frequencies
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos(), angles.sin()

    for module in model.double().modules():
        if type(module).__name__ == "LlamaRMSNorm":
            module.forward = types.MethodType(norm, module)
        elif type(module).__name__ == "LlamaRotaryEmbedding":
            module.forward = types.MethodType(rotary, module)
    return model


def packed_logits(model: LlamaForCausalLM, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Logits of every position, each segment run as a sequence of its own; zero elsewhere."""
    sequences = [batch["tokens"][None, start:end] for start, end in batch["segments"].tolist()]
    parts = [model(sequence, use_cache=False).logits[0] for sequence in sequences]
    return torch.cat([*parts, parts[0].new_zeros(PADDING, parts[0].shape[1])])


@torch.no_grad()
def continuation(model: LlamaForCausalLM) -> torch.Tensor:
    """The most likely tokens after the prompt, the whole sequence being run again for each."""
    tokens = list(PROMPT)
    for _ in range(CONTINUATION):
        logits = model(torch.tensor([tokens]), use_cache=False).logits[0, -1]
        first, second = logits.topk(2).values.tolist()
        assert first - second > 1e-3, "near tie: choose another seed"
        tokens.append(int(logits.argmax()))
    return torch.tensor(tokens[len(PROMPT):])


def measure(model: LlamaForCausalLM, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Every reference tensor, in the model's own precision. Trains the model."""
    named = dict(model.named_parameters())
    result = dict(batch, greedy=continuation(model))
    groups = [
        dict(params=[p], weight_decay=WEIGHT_DECAY if p.dim() > 1 else 0) for p in named.values()
    ]
    optimizer = torch.optim.AdamW(groups, LEARNING_RATE, BETAS, EPSILON, foreach=False)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad()
        logits = packed_logits(model, batch)
        loss = cross_entropy(logits, batch["targets"], ignore_index=-1)
        loss.backward()
        losses.append(loss.detach())
        grads = {f"grad.{name}": p.grad.clone() for name, p in named.items()}
        norm = torch.nn.utils.clip_grad_norm_(named.values(), CLIP_NORM, foreach=False)
        if step == 0:
            result.update(grads, logits=logits.detach(), loss=loss.detach(), grad_norm=norm)
        optimizer.step()
    after = {f"after.{name}": p.detach() for name, p in named.items()}
    return result | after | {"losses": torch.stack(losses)}


def compare(exact: dict[str, torch.Tensor], single: dict[str, torch.Tensor]) -> None:
    """Print how far the float32 model is from the float64 one, and fail if that is too far."""
    assert exact.keys() == single.keys() and torch.equal(exact["greedy"], single["greedy"])
    for kind in ("logits", "loss", "losses", "grad", "grad_norm", "after"):
        names = [name for name in exact if name.split(".")[0] == kind]
        worst = torch.stack([(exact[name] - single[name]).abs().max() for name in names]).max()
        print(f"  {kind} differs by at most {worst:.1e}")
        assert worst < 1e-4


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the Llama reference fixtures.")
    parser.add_argument("--output", type=Path, default=FIXTURES)
    output = parser.parse_args().output
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for subfolder, seed, settings in MODELS:
        folder = output / subfolder
        random = torch.Generator().manual_seed(seed)
        make_model(settings, random).save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        batch = make_batch(settings["vocab_size"], random)
        print(folder)
        exact, single = (LlamaForCausalLM.from_pretrained(folder) for _ in range(2))
        assert all(p.dtype == torch.float32 for p in exact.parameters())
        exact = measure(in_float64(exact), batch)
        compare(exact, measure(single, batch))
        stored = {k: v.float() if v.is_floating_point() else v for k, v in exact.items()}
        # One metadata entry only: safetensors does not fix the order of several.
        save_file(stored, folder / "reference.safetensors", {"precision": PRECISION})
        again = load_file(folder / "reference.safetensors")
        assert again.keys() == stored.keys()
        assert all(torch.equal(again[name], value) for name, value in stored.items())
        weights = load_file(folder / "model.safetensors")
        assert all(again[f"grad.{k}"].shape == weight.shape for k, weight in weights.items())
        print("  greedy:", again["greedy"].tolist(), "losses:", again["losses"].tolist())
    print("total bytes:", sum(p.stat().st_size for p in output.rglob("*") if p.is_file()))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measure how fast PyTorch trains the Llama shapes that CodecLM is benchmarked on.

Usage:
    pip install torch
    python Scripts/peer-pytorch.py --config T|S [--mode eager|compile] [--threads N]
                                   [--steps N] [--seconds S] [--json]

The model is a plain float32 Llama: RMSNorm, rotary embedding (half-split), causal scaled dot
product attention, SwiGLU, untied output head. One step is forward, mean cross-entropy, backward
and fused AdamW (weight decay on matrices only) on a fresh batch of random tokens; gradients are
not clipped. Reported are tokens per second of the median timed step, and the peak resident memory
of this process (compiler processes that --mode compile starts are not in it).

Untimed warm-up steps come first, and with --mode compile they include compilation. Timing stops
after --steps steps, or once --seconds have passed in timed steps, whichever is sooner, but not
before one step is timed. --mode compile needs a C++ compiler.
"""

import argparse
import json
import resource
import statistics
import sys
import time
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Config:
    width: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    context: int
    batch: int


CONFIGS = {
    "T": Config(256, 6, 8, 688, 320, 512, 8),
    "S": Config(512, 8, 8, 1376, 320, 2048, 2),
}
WARM_UP = 2


class RMSNorm(nn.Module):
    def __init__(self, width: int, epsilon: float = 1e-5):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotary_table(context: int, head_width: int, theta: float = 10000.0) -> tuple[Tensor, Tensor]:
    """Cosines and sines [context, head_width / 2] of each position's rotation angles."""
    frequencies = theta ** (-torch.arange(0, head_width, 2, dtype=torch.float64) / head_width)
    angles = torch.outer(torch.arange(context, dtype=torch.float64), frequencies)
    return angles.cos().float(), angles.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate each pair made of one element of the first half and its partner in the second."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class Attention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.heads = config.heads
        self.query, self.key, self.value, self.output = (
            nn.Linear(config.width, config.width, bias=False) for _ in range(4)
        )

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, width = x.shape
        q, k, v = (
            projection(x).view(batch, length, self.heads, -1).transpose(1, 2)
            for projection in (self.query, self.key, self.value)
        )
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(mixed.transpose(1, 2).reshape(batch, length, width))


class Block(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.attention_norm = RMSNorm(config.width)
        self.attention = Attention(config)
        self.mlp_norm = RMSNorm(config.width)
        self.gate = nn.Linear(config.width, config.intermediate, bias=False)
        self.up = nn.Linear(config.width, config.intermediate, bias=False)
        self.down = nn.Linear(config.intermediate, config.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), cos, sin)
        y = self.mlp_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


class Llama(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = RMSNorm(config.width)
        self.head = nn.Linear(config.width, config.vocabulary, bias=False)
        cos, sin = rotary_table(config.context, config.width // config.heads)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens: Tensor, targets: Tensor) -> Tensor:
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, self.cos, self.sin)
        return F.cross_entropy(self.head(self.norm(x)).flatten(0, 1), targets.flatten())


def peak_memory() -> int:
    """Bytes: ru_maxrss counts kilobytes on Linux and bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def train(config: Config, mode: str, steps: int, seconds: float) -> dict:
    torch.manual_seed(0)
    model = Llama(config)
    parameters = list(model.parameters())
    groups = [
        dict(params=[p for p in parameters if p.dim() > 1], weight_decay=0.1),
        dict(params=[p for p in parameters if p.dim() == 1], weight_decay=0.0),
    ]
    optimizer = torch.optim.AdamW(groups, lr=3e-4, betas=(0.9, 0.95), eps=1e-8, fused=True)
    run = torch.compile(model) if mode == "compile" else model

    def step() -> tuple[float, float]:
        drawn = torch.randint(config.vocabulary, (config.batch, config.context + 1))
        tokens, targets = drawn[:, :-1].contiguous(), drawn[:, 1:].contiguous()
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = run(tokens, targets)
        loss.backward()
        optimizer.step()
        return time.perf_counter() - start, loss.item()

    warm_up = [step() for _ in range(WARM_UP)]
    times: list[float] = []
    while not times or (len(times) < steps and sum(times) < seconds):
        elapsed, loss = step()
        times.append(elapsed)
    median = statistics.median(times)
    return {
        "parameters": sum(p.numel() for p in parameters),
        "warm_up_seconds": sum(elapsed for elapsed, _ in warm_up),
        "timed_steps": len(times),
        "median_step_seconds": median,
        "fastest_step_seconds": min(times),
        "slowest_step_seconds": max(times),
        "tokens_per_second": config.batch * config.context / median,
        "peak_rss_bytes": peak_memory(),
        "first_loss": warm_up[0][1],
        "last_loss": loss,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure PyTorch's Llama training speed on a CPU.")
    parser.add_argument("--config", choices=sorted(CONFIGS), default="T")
    parser.add_argument("--mode", choices=["eager", "compile"], default="eager")
    parser.add_argument("--threads", type=int, help="default: PyTorch's own choice")
    parser.add_argument("--steps", type=int, default=10, help="timed steps at most (default 10)")
    parser.add_argument("--seconds", type=float, default=float("inf"),
                        help="stop once timed steps have taken this long (default: no limit)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)

    config = CONFIGS[options.config]
    result = {
        "config": options.config,
        **asdict(config),
        "mode": options.mode,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        **train(config, options.mode, options.steps, options.seconds),
    }
    if options.json:
        print(json.dumps(result))
    else:
        print(f"{options.config} {options.mode}, {result['threads']} threads,"
              f" torch {result['torch']}")
        print(f"{result['tokens_per_second']:.0f} tokens/s"
              f" (median of {result['timed_steps']} steps, {result['median_step_seconds']:.3f} s)")
        print(f"{result['peak_rss_bytes'] / 2**20:.0f} MiB peak resident memory,"
              f" {result['warm_up_seconds']:.1f} s warm-up, {result['parameters']} parameters")


if __name__ == "__main__":
    main()

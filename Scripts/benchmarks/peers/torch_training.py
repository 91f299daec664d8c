"""Timing training steps of a PyTorch module."""

import argparse
import statistics
from collections.abc import Callable

import torch
from measuring import Shape, arguments, step_seconds
from torch import Tensor, nn

STEP = """One step is forward, mean cross-entropy, backward and fused AdamW (weight decay on
matrices only) on a fresh batch of random tokens; gradients are not clipped. Reported are the
tokens per second of the median timed step, and the peak resident memory of this process (compiler
processes that --mode compile starts are not in it). Compiling is part of the warm-up, and needs a
C++ compiler."""


def training_arguments(documentation: str) -> argparse.ArgumentParser:
    parser = arguments(f"{documentation}\n{STEP}")
    parser.add_argument("--batch", type=int, help="rows; default: the configuration's")
    parser.add_argument("--mode", choices=["eager", "compile"], default="eager")
    parser.add_argument("--warm-up", type=int, default=2, help="untimed steps (default: 2)")
    parser.add_argument("--least", type=int, default=5, help="timed steps at least (default: 5)")
    return parser


def train(
    model: nn.Module,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    shape: Shape,
    options: argparse.Namespace,
) -> dict:
    """Time training of `model`, whose loss on tokens and targets [batch, context] `loss_of` is."""
    parameters = list(model.parameters())
    groups = [
        dict(params=[p for p in parameters if p.dim() > 1], weight_decay=0.1),
        dict(params=[p for p in parameters if p.dim() == 1], weight_decay=0.0),
    ]
    optimizer = torch.optim.AdamW(groups, lr=3e-4, betas=(0.9, 0.95), eps=1e-8, fused=True)
    if options.mode == "compile":
        loss_of = torch.compile(loss_of)
    losses: list[float] = []

    def step() -> None:
        drawn = torch.randint(shape.vocabulary, (shape.batch, shape.context + 1))
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(drawn[:, :-1].contiguous(), drawn[:, 1:].contiguous())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    times = step_seconds(step, options.seconds, options.warm_up, options.least)
    median = statistics.median(times)
    return {
        "mode": options.mode,
        "torch": torch.__version__,
        "parameters": sum(p.numel() for p in parameters),
        "timed_steps": len(times),
        "median_step_seconds": median,
        "fastest_step_seconds": min(times),
        "slowest_step_seconds": max(times),
        "tokens_per_second": shape.batch * shape.context / median,
        "first_loss": losses[0],
        "last_loss": losses[-1],
    }

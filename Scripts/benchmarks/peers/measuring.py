"""What all peer scripts share: the shapes, the options, timing, and how a result is printed."""

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Shape:
    """A Llama and a training batch; heads are as many for keys and values as for queries."""

    width: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    context: int
    batch: int

    @property
    def head_width(self) -> int:
        return self.width // self.heads


# The standing models of `jpeglm bench`.
SHAPES = {
    "T": Shape(256, 6, 8, 688, 320, 512, 8),
    "S": Shape(512, 8, 8, 1376, 320, 2048, 2),
}


def arguments(documentation: str) -> argparse.ArgumentParser:
    """A parser with the options of every peer script; its help is the script's docstring."""
    parser = argparse.ArgumentParser(
        description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", choices=sorted(SHAPES), default="T", help="default: T")
    parser.add_argument("--context", type=int, help="positions; default: the configuration's")
    parser.add_argument("--threads", type=int, default=2, help="default: 2")
    parser.add_argument(
        "--seconds", type=float, default=5, help="seconds of timed work (default: 5)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def shape_of(options: argparse.Namespace) -> Shape:
    """The shape that the options name, with their --context and --batch if given."""
    changes = {
        name: value
        for name in ("context", "batch")
        if (value := getattr(options, name, None)) is not None
    }
    return replace(SHAPES[options.config], **changes)


def step_seconds(
    step: Callable[[], None], seconds: float, warm_up: int, least: int
) -> list[float]:
    """How long each call took, after `warm_up` untimed ones: at least `least` calls, and as many
    as it takes for `seconds` to pass."""
    for _ in range(warm_up):
        step()
    times: list[float] = []
    while len(times) < least or sum(times) < seconds:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return times


def decoding_rate(
    advance: Callable[[int], None], shape: Shape, streams: int, seconds: float
) -> dict:
    """Tokens a second over all streams of the median pass. `advance` decodes one token a stream at
    the position it is given; positions run from 0 up to half of the context, again and again, as
    in `jpeglm bench`."""
    position = 0

    def step() -> None:
        nonlocal position
        advance(position)
        position = (position + 1) % (shape.context // 2)

    warm_up = 8
    times = step_seconds(step, seconds, warm_up, least=5)
    return {
        "tokens_per_second": streams / statistics.median(times),
        "passes": len(times),
        "last_position": min(len(times) + warm_up, shape.context // 2) - 1,
    }


def peak_memory(who: int = resource.RUSAGE_SELF) -> int:
    """Bytes this process (or a child) held at most: ru_maxrss counts KiB on Linux, bytes on macOS."""
    peak = resource.getrusage(who).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def report(options: argparse.Namespace, shape: Shape, peer: str, result: dict) -> None:
    """Print a result, which holds tokens_per_second, as JSON or as lines of name and value."""
    result = {
        "peer": peer,
        "config": options.config,
        **{k: v for k, v in asdict(shape).items() if k != "batch" or hasattr(options, k)},
        "threads": options.threads,
        **result,
        "peak_rss_bytes": result.get("peak_rss_bytes", peak_memory()),
    }
    if options.json:
        print(json.dumps(result))
        return
    print(f"{peer}, {options.config}, {options.threads} threads:", end=" ")
    print(f"{result['tokens_per_second']:.0f} tokens/s")
    for name, value in result.items():
        if name not in ("peer", "config", "threads", "tokens_per_second"):
            print(f"  {name.replace('_', ' ')}: {value}")

#!/usr/bin/env python3
"""Train with different settings for the same time and compare the bits of held-out images.

    Scripts/setup                                        # builds jpeglm
    Scripts/benchmarks/sweep.py photos --out sweep --minutes 10
    Scripts/benchmarks/sweep.py photos --out sweep --minutes 10 --seeds 3 \\
        --run "bytes: --preset nano --tokenizer bytes --optimizer adamw" \\
        --run "symbols: --preset nano --tokenizer symbols"
    Scripts/benchmarks/sweep.py photos --out sweep --common "--quality 50 --size 64"

Each run is `jpeglm train photos --minutes M` with the settings behind its name, after those of
--common; name a --preset, for otherwise the model hangs on how fast the machine was. Without --run,
bytes, byte pairs and symbols are compared. Runs come one after the other, seed by seed, so give
nothing else to do to the machine. Those that --out holds already are not made again, so that a sweep
can be stopped and gone on with, or get more runs later.

Writes table.md, one row a setting, and curves.svg: the bits of held-out images as a share of
baseline JPEG, over the minutes of training. All settings code the same pictures losslessly, so their
bits compare whatever the tokens are.
"""

import argparse
import json
import shlex
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from line_chart import line_chart

ROOT = Path(__file__).resolve().parents[2]
RUNS = [
    "bytes: --preset nano --tokenizer bytes --optimizer adamw",
    "bytes, restart 1: --preset nano --restart 1 --tokenizer bytes --optimizer adamw",
    "BPE 320: --preset nano --tokenizer bpe --optimizer adamw",
    "symbols: --preset nano --tokenizer symbols --optimizer adamw",
    "symbols, Muon: --preset nano --tokenizer symbols --optimizer muon",
]


@dataclass
class Curve:
    """One run: minutes and share at each validation."""

    points: list[tuple[float, float]]
    bits: float
    images: int
    tokens: int

    @property
    def share(self) -> float:
        return self.points[-1][1]


def named(text: str) -> tuple[str, list[str]]:
    name, colon, arguments = text.partition(":")
    if not colon or not name.strip():
        raise argparse.ArgumentTypeError(f'{text!r} is not "name: arguments"')
    return name.strip(), shlex.split(arguments)


def curve(folder: Path) -> Curve:
    """What a run's metrics say."""
    points, last = [], {}
    for text in (folder / "metrics.jsonl").read_text().splitlines():
        line = json.loads(text)
        if "validation_bits_per_image" in line:
            points.append((line["seconds"] / 60, line["validation_baseline_share"]))
            last = line
    return Curve(points, last["validation_bits_per_image"], last["images"], last["tokens"])


def slug(name: str) -> str:
    """What the folder of a setting is called."""
    return "".join(c if c.isalnum() else "-" for c in name)


def train(options: argparse.Namespace, name: str, arguments: list[str], seed: int) -> Curve:
    folder = options.out / f"{slug(name)}-{seed}"
    done, started, log = folder / "done", folder / "arguments", folder / "log"
    settings = shlex.join([
        str(options.images.resolve()), *options.common, *arguments,
        "--minutes", str(options.minutes)])
    if started.exists() and started.read_text() != settings:
        sys.exit(
            f"{folder} is of other pictures or settings: {started.read_text()}\n"
            f"instead of: {settings}\ntake another --out")
    if not done.exists():
        print(f"{name}, seed {seed}", file=sys.stderr, flush=True)
        folder.mkdir(exist_ok=True)
        started.write_text(settings)
        command = [
            str(options.jpeglm.resolve()), "train", str(options.images), "--out", str(folder),
            "--minutes", str(options.minutes)]
        if (folder / "checkpoints").exists():
            command += ["--resume"]
        else:
            every = str(max(5.0, options.minutes * 60 / 12))
            command += ["--seed", str(seed), "--checkpoint-every", every, "--samples", "0"]
            command += [*options.common, *arguments]
        with log.open("a") as errors:
            status = subprocess.run(command, stderr=None if options.verbose else errors)
        if status.returncode != 0:
            sys.exit(f"failed with status {status.returncode}, see {log}: {shlex.join(command)}")
        done.touch()
    return curve(folder)


def table(options: argparse.Namespace, results: dict[str, list[Curve]]) -> str:
    rows = [
        f"Bits of held-out images after {options.minutes:g} minutes, {options.images.name}.",
        "",
        "| setting | arguments | images seen | tokens an image | bits an image | share of JPEG |",
        "|---|---|---|---|---|---|",
    ]
    arguments = dict(options.run)
    for name, curves in results.items():
        images = statistics.mean(c.images for c in curves)
        tokens = statistics.mean(c.tokens / max(c.images, 1) for c in curves)
        bits = statistics.mean(c.bits for c in curves)
        shares = [c.share for c in curves]
        spread = f" ({min(shares):.4f}–{max(shares):.4f})" if len(shares) > 1 else ""
        rows.append(
            f"| {name} | `{shlex.join(arguments[name])}` | {images:,.0f} | {tokens:.0f} "
            f"| {bits:,.1f} | {statistics.mean(shares):.4f}{spread} |")
    return "\n".join(rows) + "\n"


def chart(minutes: float, results: dict[str, list[Curve]]) -> str:
    """The shares over time, without the first twelfth, where all fall from above 1."""
    return line_chart(
        "minutes of training; share of baseline JPEG's bits", minutes,
        {name: [[p for p in c.points if p[0] >= minutes / 12] for c in curves]
         for name, curves in results.items()})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path, help="folder of JPEG files")
    parser.add_argument("--out", type=Path, required=True, help="folder for runs and results")
    parser.add_argument("--minutes", type=float, default=10, help="of training for each run")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each setting")
    parser.add_argument("--run", type=named, action="append", help='"name: arguments"; repeat')
    parser.add_argument("--common", type=shlex.split, default=[], help="arguments of all runs")
    parser.add_argument("--verbose", action="store_true", help="show what jpeglm says")
    parser.add_argument(
        "--jpeglm", type=Path, default=ROOT / ".build" / "release" / "jpeglm", help="the program")
    options = parser.parse_args()
    options.run = options.run or [named(run) for run in RUNS]
    if not options.jpeglm.exists():
        sys.exit(f"{options.jpeglm} is missing; build it with Scripts/setup, or name it: --jpeglm")
    if len({slug(name).lower() for name, _ in options.run}) < len(options.run):
        sys.exit("two settings have one name; give each --run its own")
    options.out.mkdir(parents=True, exist_ok=True)
    results: dict[str, list[Curve]] = {}
    for seed in range(options.seeds):
        for name, arguments in options.run:
            results.setdefault(name, []).append(train(options, name, arguments, seed))
            (options.out / "table.md").write_text(table(options, results))
            (options.out / "curves.svg").write_text(chart(options.minutes, results))
    print(table(options, results), end="")
    print(f"wrote {options.out / 'table.md'} and {options.out / 'curves.svg'}")


if __name__ == "__main__":
    main()

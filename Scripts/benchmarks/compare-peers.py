#!/usr/bin/env python3
"""Run jpeglm and its peers in alternation on this machine and print the ratios.

    Scripts/setup                          # builds jpeglm
    Scripts/benchmarks/compare-peers.py    # everything; most of an hour
    Scripts/benchmarks/compare-peers.py --only train-T --only train-S --rounds 5
    Scripts/benchmarks/compare-peers.py --only decode --llama2c llama2.c/run --json

Each round measures ours and then each peer; a row's ratio is ours over theirs, both medians over
the rounds, with the least and the greatest ratio of one round beside it. More is better for tokens
a second, less for memory, which is the most that a process held. Decoding runs at positions up to
half of the context. T and S are the models of `jpeglm bench`; the peers are the scripts in
Scripts/benchmarks/peers, which also run alone.

The peers' packages (PyTorch, llama-cpp-python and others; Scripts/requirements.txt has their
versions) are installed with pip in a virtual environment: about 1 GB, and llama.cpp is compiled,
which takes a C++ compiler and some minutes. llama2.c has no package: compile its `run` and name it
with --llama2c. Photos for canonicalising and for features are yours: --images; EfficientNet-lite0's
weights come by Scripts/models/install-feature-weights.py, Inception-v3's are yours: --inception. A
row whose peer is missing, or fails, says so.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "Scripts" / "benchmarks" / "peers"
VERSIONS = ROOT / "Scripts" / "requirements.txt"
SPEED, MEMORY, IMAGES = "tokens/s", "peak MiB", "images/s"


@dataclass(frozen=True)
class Work:
    """A measurement of ours: arguments of jpeglm."""

    arguments: str
    minutes: float  # of patience

    def command(self, options: argparse.Namespace, folder: str) -> list[str]:
        command = [str(options.jpeglm), *self.arguments.split(), "--json"]
        if command[1] == "bench":
            return command + ["--threads", str(options.threads), "--seconds", str(options.seconds)]
        if command[1] == "eval":
            weights = ["--network-weights", str(options.inception)] if self == INCEPTION else []
            command += [str(options.images), "--save-features", folder, *weights]
            return command + ["--threads", str(options.threads)]
        return command + [str(options.images), "--out", folder]


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    work: Work
    script: str
    arguments: str
    unit: str = SPEED
    goal: float = 1.0  # the ratio at least, or for memory at most
    weights: str = "f32"
    streams: int = 1


TRAIN_T = Work("bench --config T --only training", 10)
TRAIN_S = Work("bench --config S --only training", 10)
TRAIN_LONG = Work("bench --config S --only training --context 12288 --batch 1", 30)
DECODE_T = Work("bench --config T --only decoding", 10)
DECODE_S = Work("bench --config S --only decoding", 10)
CANONICALIZE = Work("canonicalize --size 256 --threads 1", 10)
EFFICIENTNET = Work("eval --network efficientnet-lite0", 10)
INCEPTION = Work("eval --network inception-v3", 20)
OF_PICTURES = [CANONICALIZE, EFFICIENTNET, INCEPTION]
LONG = "--config S --mode eager --context 12288 --batch 1 --warm-up 1 --least 2"

ROWS = [
    Row("train-T", "training T", TRAIN_T, "pytorch-train", "--config T --mode compile", goal=1.3),
    Row("train-S", "training S", TRAIN_S, "pytorch-train", "--config S --mode compile", goal=1.15),
    Row("memory-S", "training S", TRAIN_S, "pytorch-train", "--config S --mode eager", MEMORY, 0.7),
    Row("train-T-hf", "training T", TRAIN_T, "transformers-train", "--config T --mode compile"),
    Row("train-12k", "training S, 12,288 positions", TRAIN_LONG, "pytorch-train", LONG),
    Row("memory-12k", "training S, 12,288 positions", TRAIN_LONG, "pytorch-train", LONG, MEMORY),
    Row("decode-T", "decoding T, f32", DECODE_T, "llama2c-decode", "--config T", goal=1.4),
    *(
        Row(
            f"decode-S-{weights}", f"decoding S, {weights}", DECODE_S, "llama-cpp-decode",
            f"--config S --weights {weights}", goal=1.3, weights=weights)
        for weights in ("f32", "bf16", "q8")
    ),
    *(
        Row(
            f"decode-{config}-16-{name}", f"decoding {config}, f32, 16 streams", work,
            f"{name}-decode", f"--config {config} --streams 16", goal=3, streams=16)
        for config, work in (("T", DECODE_T), ("S", DECODE_S))
        for name in ("pytorch", "llama-cpp")
    ),
    Row(
        "canonicalize", "canonicalising to 256 × 256, one thread", CANONICALIZE,
        "pillow-canonicalize", "--size 256", IMAGES, 1.5),
    Row(
        "efficientnet", "features of EfficientNet-lite0", EFFICIENTNET, "pytorch-features",
        "--network efficientnet-lite0", IMAGES),
    Row(
        "inception", "features of Inception-v3", INCEPTION, "pytorch-features",
        "--network inception-v3", IMAGES, 0.8),
]

# What `python -c "import …"` must find for a script, and what pip installs for it.
TORCH = ("torch", ["torch", "numpy"])
PACKAGES = {
    "pytorch-train": [TORCH],
    "pytorch-decode": [TORCH],
    "transformers-train": [TORCH, ("transformers", ["transformers"])],
    "llama-cpp-decode": [("llama_cpp", ["llama-cpp-python"]), ("gguf", ["gguf"])],
    "llama2c-decode": [("numpy", ["numpy"])],
    "pillow-canonicalize": [("PIL", ["pillow"])],
    "pytorch-features": [TORCH, ("PIL", ["pillow"])],
}


class Failure(Exception):
    """Why a row has no figures."""


@dataclass
class Measured:
    """Figures of one row, one entry a round."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    peer: str = ""
    failure: str = ""


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def measure(command: list[str], minutes: float) -> tuple[dict, float]:
    """The JSON object that a command prints, and the MiB of memory that it held at most."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        # timeout(1) would be the child that is measured, so the patience is counted here.
        process = subprocess.Popen(command, stdout=output, stderr=errors)
        alarm = subprocess.Popen(
            ["sh", "-c", f"sleep {minutes * 60} && kill -9 {process.pid}"],
            start_new_session=True)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        os.killpg(alarm.pid, 15)
        alarm.wait()
        output.seek(0)
        errors.seek(0)
        text, complaint = output.read().decode(), errors.read().decode(errors="replace")
    if process.returncode == -9:
        raise Failure(f"stopped after {minutes:g} minutes, or out of memory")
    if process.returncode != 0:
        raise Failure((complaint.strip().splitlines() or [f"status {process.returncode}"])[-1])
    bytes_per_unit = 1 if sys.platform == "darwin" else 1024
    return json.loads(text), usage.ru_maxrss * bytes_per_unit / 2**20


class Environment:
    """A virtual environment with the peers' packages."""

    def __init__(self, folder: Path):
        self.python = folder / "bin" / "python"
        self.missing: dict[str, str] = {}  # why an import is not there
        if not self.python.exists():
            say(f"making a virtual environment in {folder}")
            venv.create(folder, with_pip=True)

    def need(self, script: str) -> None:
        for module, packages in PACKAGES[script]:
            if module not in self.missing:
                self.missing[module] = "" if self.has(module) else self.install(module, packages)
            if self.missing[module]:
                raise Failure(self.missing[module])

    def has(self, module: str) -> bool:
        command = [self.python, "-c", f"import {module}"]
        return subprocess.run(command, capture_output=True).returncode == 0

    def install(self, module: str, packages: list[str]) -> str:
        say(f"installing {' '.join(packages)}")
        command = [self.python, "-m", "pip", "install", "--quiet", "-c", VERSIONS, *packages]
        environment = {"CMAKE_ARGS": "-DGGML_NATIVE=ON", **os.environ}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode == 0 and self.has(module):
            return ""
        last = (done.stderr.strip().splitlines() or ["it does not import"])[-1]
        return f"pip cannot install {packages[0]}: {last}"


def figure(row: Row, result: dict, mebibytes: float) -> float:
    """Ours of a row in what `jpeglm ... --json` printed."""
    if row.unit == MEMORY:
        return mebibytes
    if "sets" in result:
        return result["sets"][0]["validity"]["files"] / result["seconds"]["features"]
    if row.unit == IMAGES:
        return result["images_per_second"]
    if "training" in result:
        return result["training"]["tokens_per_second"]
    for entry in result["decoding"]:
        if (entry["weights"], entry["streams"]) == (row.weights, row.streams):
            return entry["tokens_per_second"]
    raise Failure(f"jpeglm bench does not measure {row.weights} with {row.streams} stream(s)")


def compare(rows: list[Row], options: argparse.Namespace) -> dict[str, Measured]:
    environment = Environment(options.venv)
    results = {row.name: Measured() for row in rows}
    common = ["--threads", str(options.threads), "--seconds", str(options.seconds), "--json"]

    def peer_command(row: Row) -> list[str]:
        command = [str(environment.python), str(PEERS / f"{row.script}.py")]
        if row.script == "llama2c-decode":
            if not options.llama2c:
                raise Failure("--llama2c does not say where its compiled run is")
            command += ["--program", str(options.llama2c)]
        environment.need(row.script)
        command += row.arguments.split()
        if row.work in OF_PICTURES:
            if not options.images:
                raise Failure("--images names no folder of photos")
            if row.work == INCEPTION and not options.inception:
                raise Failure("--inception names no file of weights")
            command.append(str(options.images))
            return command + (["--json"] if row.work == CANONICALIZE else common)
        return command + common

    for work in dict.fromkeys(row.work for row in rows):
        group = [row for row in rows if row.work == work]
        commands: dict[str, list[str]] = {}
        for row in group:
            try:
                commands[row.name] = peer_command(row)
            except Failure as failure:
                results[row.name].failure = str(failure)
        if work in OF_PICTURES and not commands:
            continue
        for turn in range(options.rounds):
            say(f"jpeglm {work.arguments}, round {turn + 1} of {options.rounds}")
            try:
                with tempfile.TemporaryDirectory() as folder:
                    result, memory = measure(work.command(options, folder), work.minutes)
            except Failure as failure:
                for row in group:
                    results[row.name].failure = f"jpeglm: {failure}"
                break
            theirs: dict[tuple, tuple[dict, float]] = {}
            for row in group:
                measured = results[row.name]
                try:
                    if not measured.ours or not measured.failure:
                        value = figure(row, result, memory)
                        measured.ours.append(value)
                    if measured.failure:
                        continue
                    command = commands[row.name]
                    if tuple(command) not in theirs:
                        say(f"  {row.script} {row.arguments}")
                        theirs[tuple(command)] = measure(command, work.minutes)
                    peer, peer_memory = theirs[tuple(command)]
                    measured.peer = peer["peer"]
                    measured.theirs.append(
                        {MEMORY: peer_memory, IMAGES: peer.get("images_per_second")}.get(
                            row.unit, peer.get("tokens_per_second")))
                except Failure as failure:
                    measured.failure = str(failure)
    return results


def summary(row: Row, measured: Measured) -> dict:
    """One row of the table as it is printed in JSON."""
    entry = {
        "row": row.name,
        "work": row.title,
        "unit": row.unit,
        "peer": measured.peer or row.script,
        "goal": row.goal,
        "ours": measured.ours,
        "theirs": measured.theirs,
    }
    if measured.failure:
        return {**entry, "failure": measured.failure}
    ratio = statistics.median(measured.ours) / statistics.median(measured.theirs)
    met = ratio <= row.goal if row.unit == MEMORY else ratio >= row.goal
    rounds = [ours / theirs for ours, theirs in zip(measured.ours, measured.theirs)]
    return {**entry, "ratio": ratio, "ratio_range": [min(rounds), max(rounds)], "met": met}


def show(entries: list[dict]) -> None:
    lines = [["row", "work", "peer", "ours", "theirs", "ratio", "of rounds", "goal", ""]]
    for entry in entries:
        middle = [
            f"{statistics.median(entry[side]):,.0f}" if entry[side] else "–"
            for side in ("ours", "theirs")
        ]
        sign = "≤" if entry["unit"] == MEMORY else "≥"
        if "failure" in entry:
            judgement = ["–", "–", f"{sign} {entry['goal']:.2f}", f"not measured: {entry['failure']}"]
        else:
            low, high = entry["ratio_range"]
            judgement = [
                f"{entry['ratio']:.2f}", f"{low:.2f}–{high:.2f}", f"{sign} {entry['goal']:.2f}",
                "met" if entry["met"] else "NOT MET",
            ]
        work = f"{entry['work']}, {entry['unit']}"
        lines.append([entry["row"], work, entry["peer"], *middle, *judgement])
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        cells = [
            cell.rjust(width) if 3 <= column <= 7 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        ]
        print("  ".join(cells).rstrip())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="rows: " + ", ".join(row.name for row in ROWS))
    parser.add_argument(
        "--only", action="append", metavar="ROW",
        help="a row's name, or how the names of several begin; may be repeated")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument(
        "--seconds", type=float, default=5, help="of each measurement (default: 5)")
    parser.add_argument("--threads", type=int, default=2, help="default: 2")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--jpeglm", type=Path, default=ROOT / ".build" / "release" / "jpeglm",
        help="the program (default: .build/release/jpeglm)")
    parser.add_argument(
        "--venv", type=Path, default=ROOT / ".build-peers",
        help="virtual environment, made if it is missing (default: .build-peers)")
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="photos for canonicalize and the features")
    parser.add_argument(
        "--inception", type=Path, metavar="FILE", help="Inception-v3's weights, pytorch-fid's layout")
    parser.add_argument("--llama2c", type=Path, metavar="RUN", help="llama2.c's compiled run")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if not options.jpeglm.exists():
        parser.error(f"{options.jpeglm} does not exist; Scripts/setup builds it")
    wanted = options.only or [""]
    for name in wanted:
        if not any(row.name.startswith(name) for row in ROWS):
            parser.error(f"no row's name begins with {name}: {', '.join(r.name for r in ROWS)}")

    def matches(row: Row, name: str) -> bool:
        exact = any(other.name == name for other in ROWS)
        return row.name == name if exact else row.name.startswith(name)

    rows = [row for row in ROWS if any(matches(row, name) for name in wanted)]
    results = compare(rows, options)
    entries = [summary(row, results[row.name]) for row in rows]
    if options.json:
        settings = {name: getattr(options, name) for name in ("rounds", "seconds", "threads")}
        print(json.dumps({**settings, "rows": entries}))
    else:
        show(entries)


if __name__ == "__main__":
    main()

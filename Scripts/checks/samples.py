#!/usr/bin/env python3
"""Untrained models at temperature 2 must write valid files, whatever the form of the streams.

For every subsampling, restart interval, size, kind of stream and tokenizer, `jpeglm train --steps 0`
makes an untrained model and `jpeglm sample` writes files. jpeglm decodes each with libjpeg and counts
a warning as a failure; here Pillow reads them again, and djpeg, if there is one, with warnings as errors.

    pip install -c Scripts/requirements.txt pillow
    Scripts/checks/samples.py [--jpeglm .build/release/jpeglm] [--every N]

`--every N` takes every Nth of the 432 forms. Ends with status 1 if a file is missing or bad.
"""
import argparse
import itertools
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

from PIL import Image

# (side, files of each form, positions of the model): few of the large ones, as they take long.
SIZES = [(8, 3, 512), (32, 3, 2048), (33, 3, 2048), (64, 3, 4096), (250, 1, 8192), (256, 1, 8192)]
MCU_WIDTH = {"4:2:0": 16, "4:2:2": 16, "4:4:4": 8, "grayscale": 8}
CONFIG = {
    "model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
    "num_attention_heads": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
    "tie_word_embeddings": False, "hidden_act": "silu",
}


def call(*arguments):
    result = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}\n{result.stderr}")
    return result.stdout


def problem(path, side, subsampling):
    """What Pillow or djpeg finds wrong with a file, or None."""
    try:
        with Image.open(path) as image:
            image.load()
            if image.size != (side, side):
                return f"{image.size}"
            if image.mode != ("L" if subsampling == "grayscale" else "RGB"):
                return image.mode
    except (OSError, SyntaxError) as error:
        return str(error)
    if shutil.which("djpeg"):
        result = subprocess.run(
            ["djpeg", "-strict", "-outfile", "/dev/null", path], capture_output=True, text=True)
        if result.returncode != 0 or result.stderr:
            return result.stderr.strip()
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jpeglm", default=".build/release/jpeglm")
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    forms = list(itertools.product(
        SIZES, MCU_WIDTH, (0, 1, "row"), ("full", "abbreviated", "scan"), ("bytes", "bpe")))
    expected = decoded = filled = read = 0
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        call(options.jpeglm, "draw-digits", work / "digits", "--count", 200, "--size", 64)
        for number, form in enumerate(forms[::options.every]):
            (side, count, context), subsampling, restart, stream, tokenizer = form
            interval = restart if restart != "row" else math.ceil(side / MCU_WIDTH[subsampling])
            profile = ["--size", side, "--subsampling", subsampling, "--restart", interval,
                       "--stream", stream]
            run, out = work / f"run-{number}", work / f"out-{number}"
            config = work / "config.json"
            vocabulary = 258
            if tokenizer == "bpe":
                tokenizer = work / "tokenizer.json"
                vocabulary = json.loads(call(
                    options.jpeglm, "train-tokenizer", work / "digits", "--out", tokenizer, "--force",
                    "--vocabulary", 320, *profile, "--json"))["vocabulary"]
            config.write_text(json.dumps(
                CONFIG | {"vocab_size": vocabulary, "max_position_embeddings": context}))
            call(options.jpeglm, "train", work / "digits", "--out", run, "--steps", 0,
                 "--config", config, "--context", context, "--batch", 1,
                 "--tokenizer", tokenizer, *profile)
            report = json.loads(call(
                options.jpeglm, "sample", run, "--count", count, "--out", out,
                "--temperature", 2, "--seed", number, "--json"))
            expected += count
            decoded += report["decoded"]
            filled += report["filled"]
            for path in sorted(out.glob("*.jpg")):
                fault = problem(path, side, subsampling)
                read += fault is None
                if fault:
                    print(f"{form}: {path.name}: {fault}")
            shutil.rmtree(run)
            shutil.rmtree(out)
    reader = "Pillow and djpeg" if shutil.which("djpeg") else "Pillow"
    print(f"{decoded} of {expected} files decode without a warning, {read} also with {reader}; "
          f"{filled} were filled up when the context was full")
    return 0 if expected == decoded == read else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""The part of Scripts/checks/avc-grammar that calls ffmpeg.

    Scripts/checks/avc-decoding.py make FOLDER COUNT    # encodes random clips
    Scripts/checks/avc-decoding.py decode FOLDER...     # every .h264 file; names end with -FRAMES.h264
"""

import concurrent.futures
import os
import pathlib
import random
import re
import subprocess
import sys

SOURCES = [
    "testsrc=size=320x240:rate=30",
    "testsrc2=size=320x180:rate=30",
    "testsrc2=size=320x180:rate=30,rotate=t*0.7",
    "testsrc2=size=320x180:rate=30,zoompan=z='1+0.3*mod(on,7)':d=1:s=320x180",
    "mandelbrot=size=320x180:rate=30",
    "mandelbrot=size=320x180:rate=30,noise=alls=20:allf=t",
    "life=size=160x90:rate=10:ratio=0.3:mold=10:death_color=#C83232:life_color=#00ff00,scale=320:180",
    "cellauto=size=320x180:rate=30:rule=110",
    "sierpinski=size=320x180:rate=30",
    "gradients=size=320x180:rate=30:speed=0.1",
    "smptebars=size=320x240:rate=30",
    "color=red:size=160x90:rate=30",
    "color=gray:size=160x90:rate=30,noise=alls=100:allf=t+u",
    "testsrc=size=320x180:rate=30:duration=1,setsar=1[a];"
    "mandelbrot=size=320x180:rate=30,trim=duration=1.4,setsar=1[b];"
    "smptebars=size=320x180:rate=30:duration=1,setsar=1[c];"
    "color=gray:size=320x180:rate=30:duration=1,noise=alls=80:allf=t,setsar=1[d];"
    "gradients=size=320x180:rate=30:duration=2,format=yuv420p,setsar=1[e];"
    "[a][b][c][d][e]concat=n=5:v=1",
]
SIZES = ["16x16", "18x66", "32x32", "34x18", "50x38", "64x48", "96x64", "128x72", "176x144", "256x144"]
QUANTIZERS = [10, 12, 15, 16, 17, 18, 19, 20, 24, 28, 32, 37, 42, 47, 51]
OPTIONS = (
    "-c:v libx264 -pix_fmt yuv420p -profile:v baseline -bf 0 -an -sn -x264opts slice-max-mbs=1 -trellis 0 "
    "-me_method dia -threads 1 -subq 0 -psy 0 -mixed-refs 0 -fast-pskip 0 -partitions none -refs 3 "
    "-bsf:v h264_mp4toannexb"
).split()


def make(folder, count):
    folder.mkdir(parents=True)
    draw = random.Random(7)
    for number in range(count):
        size, rate = draw.choice(SIZES), draw.choice([1, 3, 3, 3, 5, 10, 12, 25])
        width, height = size.split("x")
        filters = (
            f"fps={rate},scale={width}:{height}:force_original_aspect_ratio=decrease,"
            f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2"
        )
        quantizer, seconds = draw.choice(QUANTIZERS), draw.choice([1, 2, 3, 5])
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", draw.choice(SOURCES), "-vf", filters]
            + ["-t", str(seconds), "-qp", str(quantizer), *OPTIONS, folder / f"{number}-{size}-{quantizer}.h264"],
            check=True,
        )


def fault(path):
    """What ffmpeg says about a file, or how many frames it finds; nothing if all is well."""
    frames = int(re.search(r"-(\d+)\.h264$", path.name)[1])
    command = ["ffmpeg", "-v", "warning", "-err_detect", "explode", "-i", path]
    result = subprocess.run(
        command + ["-fps_mode", "passthrough", "-f", "framecrc", "-"], capture_output=True, text=True
    )
    # Of every frame with more than 32 slices, sound or not.
    said = [line for line in result.stderr.splitlines() if "Possibly too many slices" not in line]
    found = sum(not line.startswith("#") for line in result.stdout.splitlines())
    if result.returncode or said:
        return re.sub(r"^\[[^]]*\] ", "", said[0]) if said else f"status {result.returncode}"
    return f"{found} frames, not {frames}" if found != frames else None


def decode(folder):
    paths = sorted(folder.glob("*.h264"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        faults = {path: text for path, text in zip(paths, pool.map(fault, paths)) if text}
    for path, text in faults.items():
        print(f"{path}: {text}", file=sys.stderr)
    print(f"{folder.name}: {len(paths) - len(faults)} of {len(paths)} decode without a word")
    return bool(faults) or not paths


match sys.argv[1:]:
    case ["make", folder, count]:
        make(pathlib.Path(folder), int(count))
    case ["decode", *folders] if folders:
        sys.exit(any([decode(pathlib.Path(folder)) for folder in folders]))
    case _:
        sys.exit(__doc__)

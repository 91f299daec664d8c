#!/usr/bin/env python3
"""Crop, resize and encode pictures with Pillow on one core, as `jpeglm canonicalize` does.

    pip install -c Scripts/requirements.txt pillow
    Scripts/benchmarks/peers/pillow-canonicalize.py photos --size 256

Files are read and results written; the rate is of the best of several passes.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import PIL
from PIL import Image


def canonicalize(source: Path, target: Path, size: int, quality: int) -> None:
    with Image.open(source) as image:
        picture = image.convert("RGB")
    side = min(picture.size)
    left, top = ((length - side) // 2 for length in picture.size)
    picture.resize(
        (size, size), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side)
    ).save(target, "JPEG", quality=quality)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=Path, help="folder of .jpg files")
    parser.add_argument("--size", type=int, default=256, help="default: 256")
    parser.add_argument("--quality", type=int, default=25, help="default: 25")
    parser.add_argument("--passes", type=int, default=3, help="default: 3")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    files = sorted(options.images.rglob("*.jpg")) + sorted(options.images.rglob("*.JPEG"))
    if not files:
        parser.error(f"no .jpg files in {options.images}")
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.passes):
            start = time.perf_counter()
            for index, file in enumerate(files):
                target = Path(folder) / f"{index}.jpg"
                canonicalize(file, target, options.size, options.quality)
            seconds.append(time.perf_counter() - start)
    rate = len(files) / min(seconds)
    if options.json:
        print(json.dumps({"peer": f"Pillow {PIL.__version__}", "images_per_second": rate}))
    else:
        print(f"Pillow {PIL.__version__}: {rate:,.0f} images/s of {len(files)} on one core")


if __name__ == "__main__":
    main()

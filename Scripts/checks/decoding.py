#!/usr/bin/env python3
"""Decodes every .jpg file below folders with Pillow, as a reader of its own.

    pip install -c Scripts/requirements.txt pillow
    Scripts/checks/decoding.py FOLDER...

Each file must decode to its end, be baseline, and be of the size that its name begins with, where it
begins with one (64x64-…). Exits with 1 and names the files that do not.
"""

import pathlib
import re
import sys
import warnings

from PIL import Image, ImageFile

warnings.simplefilter("error")
ImageFile.LOAD_TRUNCATED_IMAGES = False


def fault(path):
    try:
        with Image.open(path) as image:
            image.load()
            size = re.match(r"(\d+)x(\d+)-", path.name)
            if size and image.size != tuple(map(int, size.groups())):
                return f"is {image.size[0]} x {image.size[1]}"
            return "is progressive" if image.info.get("progressive") else None
    except Exception as error:
        return str(error)


files = [path for folder in sys.argv[1:] for path in sorted(pathlib.Path(folder).rglob("*.jpg"))]
if not files:
    sys.exit(__doc__)
faults = [(path, reason) for path in files if (reason := fault(path))]
for path, reason in faults:
    print(f"{path}: {reason}", file=sys.stderr)
print(f"{len(files) - len(faults)} of {len(files)} files decode")
sys.exit(1 if faults else 0)

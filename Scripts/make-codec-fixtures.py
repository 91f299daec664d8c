#!/usr/bin/env python3
"""Makes Tests/CodecLMTests/Fixtures/JPEG: streams of Pillow to be equal to, and odd input files.

Needs Pillow 10.2 or later (streamtype, restart_marker_blocks) and jpegtran of libjpeg-turbo. The committed files were made with
Pillow 13.0.0, which bundles libjpeg-turbo 3.2.0; the tests compare them with whatever libjpeg
CodecLM is linked to (2.1.5 so far: no byte differs). All pictures are synthetic.
"""

import base64
import io
import json
import pathlib
import subprocess
import tempfile

from PIL import Image

FOLDER = pathlib.Path(__file__).parent.parent / "Tests/CodecLMTests/Fixtures/JPEG"


def pattern(width, height, channels):
    """Gradients with some noise; Codec/CodecFixtures.swift of the tests has the same formula."""
    return bytes(
        (5 * x + 3 * y + 50 * c + (7919 * x + 104729 * y + 31 * c) % 61) & 255
        for y in range(height)
        for x in range(width)
        for c in range(channels)
    )


def picture(width, height, mode="RGB"):
    channels = {"L": 1, "RGB": 3, "CMYK": 4}[mode]
    return Image.frombytes(mode, (width, height), pattern(width, height, channels))


def encoded(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return buffer.getvalue()


def fnv1a(data):
    """64-bit FNV-1a."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def vectors():
    """One line a stream: profile, length, hash."""
    yield "width\theight\tquality\tsubsampling\trestart\tstream\tbytes\tfnv1a\n"
    for width, height in (8, 8), (17, 17), (32, 32), (33, 20), (64, 64), (250, 187):
        for subsampling in "4:2:0", "4:2:2", "4:4:4", "grayscale":
            gray = subsampling == "grayscale"
            image = picture(width, height, "L" if gray else "RGB")
            for quality in 5, 25, 50, 75, 95:
                for restart in 0, 1, 7:
                    for stream in ("abbreviated", "full") if quality == 25 else ("abbreviated",):
                        options = {"quality": quality, "restart_marker_blocks": restart}
                        if not gray:
                            options["subsampling"] = subsampling
                        if stream == "abbreviated":
                            options["streamtype"] = 2
                        data = encoded(image, **options)
                        yield (
                            f"{width}\t{height}\t{quality}\t{subsampling}\t{restart}\t{stream}"
                            f"\t{len(data)}\t{fnv1a(data):016x}\n"
                        )


def find(data, marker):
    """Offset of a marker segment's parameters."""
    at = 2
    while data[at + 1] != marker:
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at + 4


def patched(data, offset, new):
    return data[:offset] + new + data[offset + len(new) :]


def flat_blocks():
    """Two rows of three flat 8 x 8 blocks: JPEG keeps them exactly, however they are turned."""
    image = Image.new("L", (24, 16))
    for index, gray in enumerate((16, 48, 80, 144, 176, 240)):
        x, y = index % 3 * 8, index // 3 * 8
        image.paste(gray, (x, y, x + 8, y + 8))
    return image


def orientations():
    # The stored picture that a viewer turns upright: each orientation's own inverse.
    turns = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    for number, turn in turns.items():
        image = flat_blocks() if turn is None else flat_blocks().transpose(turn)
        exif = Image.Exif()
        exif[0x0112] = number
        yield f"orientation-{number}.jpg", encoded(image, exif=exif)


def transcoded(data, *options):
    """What jpegtran makes of a file, with the same coefficients."""
    return subprocess.run(["jpegtran", *options], input=data, capture_output=True, check=True).stdout


def odd_files():
    yield from orientations()
    rgb = picture(16, 16)
    yield "progressive.jpg", encoded(rgb, progressive=True)
    yield "grayscale.jpg", encoded(picture(16, 16, "L"))
    yield "rgb-colour-space.jpg", encoded(rgb, keep_rgb=True)
    # Pillow stores 255 - ink, as Adobe does, and writes Adobe's marker.
    cmyk = encoded(picture(16, 16, "CMYK"), quality=90)
    yield "cmyk.jpg", cmyk
    # Byte 11 of Adobe's marker says what the components are: 2 is YCCK.
    yield "ycck.jpg", patched(cmyk, find(cmyk, 0xEE) + 11, b"\x02")
    plain = encoded(rgb)
    yield "plain.jpg", plain
    yield "arithmetic.jpg", transcoded(plain, "-arithmetic")
    with tempfile.NamedTemporaryFile("w") as scans:
        scans.write("0;\n1;\n2;\n")
        scans.flush()
        yield "separate-scans.jpg", transcoded(plain, "-scans", scans.name)
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    yield "metadata.jpg", encoded(
        rgb, comment="A comment", exif=exif, icc_profile=bytes(range(128)), dpi=(300, 300)
    )
    noisy = encoded(picture(32, 32), quality=90)
    yield "truncated.jpg", noisy[: len(noisy) * 7 // 10]
    side = (65000).to_bytes(2, "big")
    yield "claims-65000x65000.jpg", patched(noisy, find(noisy, 0xC0) + 1, side + side)
    yield "claims-12-bit.jpg", patched(noisy, find(noisy, 0xC0), b"\x0c")
    yield "text.jpg", b"This is not a JPEG file.\n"


def decoded(data):
    """What Pillow makes of a file, in RGB or gray."""
    image = Image.open(io.BytesIO(data))
    if image.mode == "CMYK":
        image = image.convert("RGB")
    channels = len(image.getbands())
    return {
        "width": image.width,
        "height": image.height,
        "channels": channels,
        "samples": base64.b64encode(image.tobytes()).decode(),
    }


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "pillow-streams.tsv").write_text("".join(vectors()))
    pictures = {"decoded": {}, "lanczos": []}
    for name, data in odd_files():
        (FOLDER / name).write_bytes(data)
        if name in (
            "progressive.jpg", "grayscale.jpg", "rgb-colour-space.jpg", "cmyk.jpg", "ycck.jpg",
        ):
            pictures["decoded"][name] = decoded(data)
    for channels, mode in (1, "L"), (3, "RGB"):
        for width, height in (17, 11), (50, 37), (64, 45):
            image = picture(40, 30, mode).resize((width, height), Image.Resampling.LANCZOS)
            pictures["lanczos"].append(
                {
                    "width": width,
                    "height": height,
                    "channels": channels,
                    "samples": base64.b64encode(image.tobytes()).decode(),
                }
            )
    (FOLDER / "pillow-pictures.json").write_text(json.dumps(pictures, indent=1) + "\n")


if __name__ == "__main__":
    main()

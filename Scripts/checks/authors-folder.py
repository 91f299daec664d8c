#!/usr/bin/env python3
"""Check that a folder like the published JPEG-LM's opens, and computes what transformers does.

    pip install -c Scripts/requirements.txt torch transformers sentencepiece pillow numpy
    Scripts/checks/authors-folder.py JPEGLM PHOTOS [--keep FOLDER]

The published folder has a 7B model of 13 GB. This makes one of the same five files (config.json,
pytorch_model.bin, tokenizer.model, tokenizer_config.json, special_tokens_map.json) with a model of
random weights 64 wide. PHOTOS is a folder of pictures; their streams (256 x 256, quality 25, 4:2:0,
abbreviated, a restart marker after every MCU, bytes as the characters from U+2800 on) train a
SentencePiece model of 320 entries with the authors' settings. Then

- `jpeglm info` must find the authors' profile without a codec.json;
- `jpeglm sample FOLDER --prompt PHOTO` must continue photos to files that Pillow opens;
- `jpeglm score FOLDER PHOTO` must give the bits that transformers and sentencepiece give the same
  stream, so that bytes, tokens and logits are all the same.
"""

import argparse
import io
import json
import math
import os
import subprocess
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import sentencepiece
import torch
from PIL import Image
from transformers import LlamaConfig, LlamaForCausalLM

VOCABULARY = 320


def stream(path: Path) -> bytes:
    """A picture as the authors bring it into form."""
    picture = Image.open(path).convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    picture = picture.crop((left, top, left + side, top + side)).resize((256, 256), Image.BICUBIC)
    out = io.BytesIO()
    picture.save(
        out, "JPEG", quality=25, subsampling="4:2:0", streamtype=2, restart_marker_blocks=1)
    return out.getvalue()


def train_tokenizer(streams: list[bytes], folder: Path) -> sentencepiece.SentencePieceProcessor:
    lines = ["".join(chr(0x2800 + byte) for byte in data) for data in streams]
    # Every byte must be a piece, though a few photos may lack one.
    every = "".join(chr(0x2800 + byte) for byte in range(256))
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=str(folder / "tokenizer"), model_type="bpe",
        vocab_size=VOCABULARY, character_coverage=1.0, required_chars=every,
        max_sentence_length=1 << 20, split_by_unicode_script=False, split_by_whitespace=False,
        add_dummy_prefix=False, normalization_rule_name="identity", remove_extra_whitespaces=False,
        max_sentencepiece_length=16, minloglevel=2)
    (folder / "tokenizer.vocab").unlink()
    tokens = dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    (folder / "special_tokens_map.json").write_text(json.dumps(tokens))
    (folder / "tokenizer_config.json").write_text(
        json.dumps(tokens | dict(tokenizer_class="LlamaTokenizer", legacy=False)))
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))


def make_model(folder: Path) -> LlamaForCausalLM:
    random = torch.Generator().manual_seed(1)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=64, intermediate_size=172, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=12288, rms_norm_eps=1e-5)
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=random)
            parameter.copy_(1 + 0.2 * noise if parameter.dim() == 1 else 0.15 * noise)
    model.to(torch.bfloat16)
    model.config.dtype = torch.bfloat16
    model.config.architectures = ["LlamaForCausalLM"]
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    # Not model.float(): its rotary frequencies were rounded to bfloat16 too.
    return LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)


def abbreviated(file: bytes) -> bytes:
    """A JPEG file without its quantization and Huffman tables (DQT, DHT)."""
    result, place = file[:2], 2
    while file[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(file[place + 2 : place + 4], "big")
        if file[place + 1] not in (0xDB, 0xC4):
            result += file[place:end]
        place = end
    return result + file[place:]


def bits(model: LlamaForCausalLM, tokenizer, data: bytes) -> float:
    """What the model spends on a stream and its end."""
    text = "".join(chr(0x2800 + byte) for byte in data)
    ids = [tokenizer.bos_id(), *tokenizer.encode(text), tokenizer.eos_id()]
    tokens = torch.tensor(ids)
    logits = model(tokens[None, :-1], use_cache=False).logits[0]
    loss = torch.nn.functional.cross_entropy(logits.double(), tokens[1:], reduction="sum")
    return loss.item() / math.log(2)


def find(report: dict, key: str) -> float:
    """A number of a JSON report, wherever it is."""
    for name, value in report.items():
        if name == key:
            return value
        if isinstance(value, dict) and (found := find(value, key)) is not None:
            return found
    return None


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description="Check a folder like the published JPEG-LM's.")
    parser.add_argument("jpeglm")
    parser.add_argument("photos", type=Path)
    parser.add_argument("--keep", type=Path, help="make the folder here and leave it")
    options = parser.parse_args()
    torch.set_num_threads(1)
    paths = sorted(p for p in options.photos.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg"})
    streams = [stream(path) for path in paths[:200]]
    with tempfile.TemporaryDirectory() as work:
        folder = options.keep or Path(work) / "model"
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer, model = train_tokenizer(streams, folder), make_model(folder)
        print("files:", *sorted(path.name for path in folder.iterdir()))
        info = subprocess.run(
            [options.jpeglm, "info", folder], check=True, capture_output=True, text=True)
        print(info.stdout, end="")
        assert "256 × 256, 4:2:0, quality 25, restart interval 1, abbreviated" in info.stdout
        out = Path(work) / "samples"
        subprocess.run(
            [options.jpeglm, "sample", folder, "--prompt", *paths[:3], "--count", "1", "--keep",
             "0.5", "--greedy", "--out", out], check=True, stdout=subprocess.DEVNULL)
        for photo in paths[:3]:
            assert Image.open(out / f"{photo.stem}-00000.jpg").size == (256, 256)
            original = out / f"{photo.stem}-original.jpg"
            report = json.loads(subprocess.run(
                [options.jpeglm, "score", folder, original, "--json"], check=True,
                capture_output=True, text=True).stdout)
            ours = find(report, "bits_per_image")
            theirs = bits(model, tokenizer, abbreviated(original.read_bytes()))
            print(f"{photo.stem}: {ours:.2f} bits, with transformers {theirs:.2f}")
            assert abs(ours - theirs) < 1e-5 * theirs


if __name__ == "__main__":
    main()

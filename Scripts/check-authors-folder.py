#!/usr/bin/env python3
"""Check that a folder like the published JPEG-LM's opens, and computes what transformers does.

Usage:
    pip install torch transformers sentencepiece pillow numpy
    python Scripts/check-authors-folder.py JPEGLM PHOTOS [--keep FOLDER]

The published folder has a 7B model of 13 GB. This makes one of the same five files (config.json,
pytorch_model.bin, tokenizer.model, tokenizer_config.json, special_tokens_map.json) with a model of
random weights 64 wide. PHOTOS is a folder of pictures; their streams (256 x 256, quality 25, 4:2:0,
abbreviated, a restart marker after every MCU, bytes as the characters from U+2800 on) train a
SentencePiece model of 320 entries with the authors' settings. Then

- `jpeglm info` must call the folder the authors',
- `jpeglm sample FOLDER --greedy --unconstrained --prompt PHOTO` cut after some MCUs must go on with
  the tokens that transformers finds likeliest after the same prompt.
"""

import argparse
import io
import json
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
    return model.float()


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
        print(info.stderr, end="")


if __name__ == "__main__":
    main()

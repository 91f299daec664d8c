"""Writes Tests/CodecLMTests/Fixtures/tokenizer-bytes.json with Hugging Face's tokenizers.

    pip install tokenizers==0.23.3
    python3 Scripts/make-tokenizer-fixtures.py

The fixture is what the package itself makes of a byte vocabulary: byte b is the character
U+2800 + b, <s> begins and </s> ends an image. The script also checks that the package gives the
byte values as ids and the same text back.
"""

import pathlib

from tokenizers import Tokenizer, decoders, models

target = pathlib.Path(__file__).parent.parent / "Tests/CodecLMTests/Fixtures/tokenizer-bytes.json"

vocabulary = {chr(0x2800 + byte): byte for byte in range(256)}
vocabulary |= {"<s>": 256, "</s>": 257}
tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
tokenizer.decoder = decoders.Fuse()
tokenizer.add_special_tokens(["<s>", "</s>"])
target.write_text(tokenizer.to_str(pretty=True), encoding="utf-8")

read = Tokenizer.from_file(str(target))
values = [255, 216, *range(256), 255, 217]
text = "".join(chr(0x2800 + value) for value in values)
assert read.encode(text).ids == values
assert read.decode(values) == text
assert read.token_to_id("<s>") == 256 and read.token_to_id("</s>") == 257
assert read.get_vocab_size() == 258

#!/usr/bin/env python3
"""Check that Hugging Face's tokenizers reads a tokenizer.json as CodecLM means it.

Usage:
    pip install tokenizers
    jpeglm train photos --out run --steps 0
    python Scripts/check-tokenizer.py run/tokenizer.json

Byte b is the character U+2800 + b and has the id b; <s> is 256 and </s> is 257. Ends with status 1
and says what differs, if anything does.
"""

import sys

from tokenizers import Tokenizer


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tokenizer = Tokenizer.from_file(sys.argv[1])
    text = "".join(chr(0x2800 + byte) for byte in range(256))
    ids = list(range(256))
    checks = [
        ("size of the vocabulary", tokenizer.get_vocab_size(), 258),
        ("all bytes in order", tokenizer.encode(text).ids, ids),
        ("all bytes backwards", tokenizer.encode(text[::-1]).ids, ids[::-1]),
        ("a byte many times", tokenizer.encode(text[65] * 99).ids, [65] * 99),
        ("<s>", tokenizer.token_to_id("<s>"), 256),
        ("</s>", tokenizer.token_to_id("</s>"), 257),
        ("a whole stream", tokenizer.encode(f"<s>{text}</s>").ids, [256, *ids, 257]),
        (
            "decoded",
            [ord(c) - 0x2800 for c in tokenizer.decode(ids).replace(" ", "")],
            ids,
        ),
    ]
    wrong = [
        f"{name}: {found}, expected {expected}"
        for name, found, expected in checks
        if found != expected
    ]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{sys.argv[1]}: {len(checks)} checks passed")


if __name__ == "__main__":
    main()

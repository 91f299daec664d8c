"""Writes Tests/CodecLMTests/Fixtures/tokenizers with Hugging Face's tokenizers and SentencePiece.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3
    python3 Scripts/make-tokenizer-fixtures.py

Byte b is the character U+2800 + b. The streams are made up, of what scans are made of: repeated
patterns of flat areas, restart markers, noise; the last has every byte once. Every tokenizer's ids of every stream are in
ids.json, under the name of its file:

    own-bytes.json          CodecLM's own ids, as the package writes them: one token a byte
    own-merges.json         the same with merges that tokenizers learnt from the streams
    trained.json            as tokenizers trains, special tokens first
    trained-prefix.json     the same with the space before a text that converted Llama models have
    prefix.model            as SentencePiece trains, ▁ before each text
    plain.model             without it
    missing.model           with a coverage that leaves bytes without a token
"""

import io
import json
import pathlib
import random

import sentencepiece
from tokenizers import Tokenizer, decoders, models, normalizers, trainers

target = pathlib.Path(__file__).parent.parent / "Tests/CodecLMTests/Fixtures/tokenizers"
target.mkdir(exist_ok=True)
random.seed(7)

ALPHABET = [chr(0x2800 + byte) for byte in range(256)]


def noise(count):
    return [min(255, int(random.expovariate(0.02))) for _ in range(count)]


def stream():
    result = [255, 216]
    for marker in range(random.randrange(4, 12)):
        result += [0x28, 0xA2, 0x8A] * random.randrange(12) + [0x28, 0xA2][: random.randrange(3)]
        result += noise(random.randrange(12)) + [0] * random.randrange(9)
        result += [random.choice([0x3F, 0x7F]), 0xFF, 0xD0 + marker % 8]
    return result + [255, 217]


streams = [stream() for _ in range(24)]
streams.append(random.sample(range(256), 256))
texts = ["".join(ALPHABET[byte] for byte in stream) for stream in streams]
# SentencePiece has no alphabet but what it sees.
corpus = texts + ["".join(random.sample(ALPHABET, 256)) for _ in range(3)]
ids = {}


def save(name, tokenizer):
    (target / name).write_text(tokenizer.to_str(pretty=True), encoding="utf-8")
    read = Tokenizer.from_file(str(target / name))
    ids[name] = [read.encode(text).ids for text in texts]


def trained(size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.decoder = decoders.Fuse()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<unk>", "<s>", "</s>"], initial_alphabet=ALPHABET,
        show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def own(merges):
    vocabulary = {character: byte for byte, character in enumerate(ALPHABET)}
    vocabulary |= {"<s>": 256, "</s>": 257}
    for left, right in merges:
        vocabulary.setdefault(left + right, len(vocabulary))
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens(["<s>", "</s>"])
    return tokenizer


learnt = trained(320)
save("own-bytes.json", own([]))
save("own-merges.json", own([tuple(pair) for pair in json.loads(learnt.to_str())["model"]["merges"]]))
save("trained.json", learnt)
contents = json.loads(trained(290).to_str())
contents["model"]["vocab"]["\u2581"] = len(contents["model"]["vocab"])
contents["model"]["byte_fallback"] = True
prefixed = Tokenizer.from_str(json.dumps(contents))
prefixed.normalizer = normalizers.Sequence(
    [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
save("trained-prefix.json", prefixed)

for name, options in [
    ("prefix.model", {"character_coverage": 1.0}),
    ("plain.model", {"character_coverage": 1.0, "add_dummy_prefix": False}),
    ("missing.model", {"character_coverage": 0.98}),
]:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_writer=model, model_type="bpe", vocab_size=310,
        normalization_rule_name="identity", hard_vocab_limit=False, minloglevel=2, **options)
    (target / name).write_bytes(model.getvalue())
    read = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids[name] = [read.encode(text) for text in texts]

contents = {"streams": [bytes(stream).hex() for stream in streams], "ids": ids}
(target / "ids.json").write_text(json.dumps(contents, separators=(",", ":")) + "\n")

#!/usr/bin/env python3
"""Check CodecLM's byte-pair encoding against Hugging Face's tokenizers and SentencePiece.

    pip install -c Scripts/requirements.txt tokenizers sentencepiece transformers
    jpeglm canonicalize photos --out streams --size 64 --stream scan
    Scripts/checks/tokenizer.py .build/release/jpeglm photos --size 64 --stream scan -- streams

Before `--`: the program, a folder of pictures and the options of its canonical form. After it: a
folder of their canonical streams, of which the first 1,000 are compared; tokenizers are trained on
all of them, up to 20 MB. The ids must be the same for

  - a tokenizer that jpeglm trains, in tokenizers and in transformers' AutoTokenizer,
  - one that tokenizers trains, in jpeglm,
  - three that SentencePiece trains (as it is, without the space it puts before a text, and with so
    low a character coverage that some bytes have no token), in jpeglm,

and decoding must give the streams back. Ends with status 1 and says what differs. Times of training
and encoding, on one thread, are printed beside each other.
"""

import io
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import sentencepiece
import tokenizers
import transformers

VOCABULARY = 320
COMPARED = 1000
LARGEST = 20_000_000


def text(stream):
    return "".join(chr(0x2800 + byte) for byte in stream)


def timed(label, megabytes, work):
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    print(f"{label}: {seconds:.2f} s, {megabytes / seconds:.1f} MB/s", flush=True)
    return result


class Check:
    def __init__(self, program, folder):
        self.program = program
        self.paths = sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file())
        self.streams = []
        for path in self.paths:
            if sum(map(len, self.streams)) >= LARGEST:
                break
            self.streams.append(path.read_bytes())
        self.texts = [text(stream) for stream in self.streams]
        self.megabytes = sum(map(len, self.streams)) / 1e6
        self.failures = 0
        print(f"{len(self.streams):,} streams, {self.megabytes:.1f} MB")

    def run(self, *arguments):
        return subprocess.run(
            [self.program, *map(str, arguments)], check=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL).stdout

    def ours(self, file):
        """The ids that jpeglm gives for the compared streams."""
        lines = self.run("tokenize", "--tokenizer", file, *self.paths[:COMPARED])
        return [[int(id) for id in line.split()] for line in lines.decode().splitlines()]

    def same(self, label, ours, theirs):
        wrong = sum(one != other for one, other in zip(ours, theirs, strict=True))
        self.failures += wrong > 0
        verdict = f"{wrong} differ" if wrong else "the same"
        print(f"{label}: {verdict} on {len(ours)} ({sum(map(len, ours)):,} ids)", flush=True)

    def decodes(self, label, file, ids):
        """jpeglm spells the compared streams from ids."""
        with tempfile.NamedTemporaryFile("w") as lines:
            for line in ids:
                print(*line, file=lines)
            lines.flush()
            bytes_ = self.run("tokenize", "--tokenizer", file, "--decode", lines.name)
        self.same(f"{label}, decoded", [bytes_], [b"".join(self.streams[:COMPARED])])

    def trained_here(self, images, options, folder):
        run = folder / "run"
        self.run("train", images, *options, "--tokenizer", "bpe", "--vocabulary", VOCABULARY,
                 "--preset", "nano", "--steps", 0, "--out", run)
        ours = self.ours(run)
        theirs = tokenizers.Tokenizer.from_file(str(run / "tokenizer.json"))
        encoded = timed("tokenizers encodes", sum(map(len, self.streams[:COMPARED])) / 1e6,
                        lambda: [theirs.encode(line).ids for line in self.texts[:COMPARED]])
        self.same("jpeglm's tokenizer.json in tokenizers", ours, encoded)
        decoded = [theirs.decode(ids) for ids in encoded]
        self.same("the same, decoded", decoded, self.texts[:COMPARED])
        self.decodes("the same in jpeglm", run, encoded)
        auto = transformers.AutoTokenizer.from_pretrained(run)
        encoded = [auto(line)["input_ids"] for line in self.texts[:COMPARED]]
        self.same(f"the run in AutoTokenizer, {type(auto).__name__}", ours, encoded)
        decoded = [auto.decode(ids) for ids in encoded]
        self.same("the same, decoded", decoded, self.texts[:COMPARED])
        specials = [auto.bos_token_id, auto.eos_token_id]
        self.same("its begin and end tokens", [specials], [[256, 257]])
        whole = "<s>" + self.texts[0] + "</s>"
        self.same("a text with special tokens", [auto(whole)["input_ids"]], [[256, *ours[0], 257]])

    def trained_by_tokenizers(self, folder):
        file = folder / "tokenizer.json"
        theirs = tokenizers.Tokenizer(tokenizers.models.BPE())
        theirs.decoder = tokenizers.decoders.Fuse()
        trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=VOCABULARY, special_tokens=["<s>", "</s>"], show_progress=False,
            initial_alphabet=[chr(0x2800 + byte) for byte in range(256)])
        timed("tokenizers trains", self.megabytes,
              lambda: theirs.train_from_iterator(self.texts, trainer))
        theirs.save(str(file))
        encoded = [theirs.encode(line).ids for line in self.texts[:COMPARED]]
        ours = self.ours(file)
        self.same("tokenizers' tokenizer.json in jpeglm", ours, encoded)
        self.decodes("the same", file, encoded)

    def trained_by_sentencepiece(self, label, folder, **options):
        file = folder / "tokenizer.model"
        model = io.BytesIO()
        timed(f"SentencePiece trains, {label}", self.megabytes,
              lambda: sentencepiece.SentencePieceTrainer.train(
                  sentence_iterator=iter(self.texts), model_writer=model, model_type="bpe",
                  vocab_size=VOCABULARY, max_sentence_length=10**8, minloglevel=2, num_threads=1,
                  **options))
        file.write_bytes(model.getvalue())
        theirs = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue(), num_threads=1)
        encoded = timed("SentencePiece encodes", self.megabytes,
                        lambda: [theirs.encode(line) for line in self.texts])[:COMPARED]
        self.same(f"SentencePiece's tokenizer.model, {label}, in jpeglm", self.ours(file), encoded)
        if options.get("character_coverage") == 1:
            self.decodes("the same", file, encoded)

    def speed(self, images, options, folder):
        """jpeglm's own figures, from all images but those held out."""
        report = json.loads(self.run(
            "train-tokenizer", images, *options, "--vocabulary", VOCABULARY,
            "--tokenizer-images", 10**9, "--json", "--out", folder / "learnt.json"))
        megabytes, seconds = report["bytes"] / 1e6, report["training_seconds"]
        print(f"jpeglm trains: {seconds:.2f} s, {megabytes / seconds:.1f} MB/s")
        print(f"jpeglm encodes: {report['encoding_megabytes_per_second']:.1f} MB/s")


def main():
    if "--" not in sys.argv or len(sys.argv) < 5:
        sys.exit(__doc__)
    split = sys.argv.index("--")
    program, images, *options = sys.argv[1:split]
    check = Check(program, sys.argv[split + 1])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check.trained_here(images, options, folder)
        check.trained_by_sentencepiece("as it is", folder, character_coverage=1)
        check.trained_by_sentencepiece(
            "no space before", folder, character_coverage=1, add_dummy_prefix=False)
        check.trained_by_sentencepiece("bytes missing", folder, character_coverage=0.98)
        check.trained_by_tokenizers(folder)
        check.speed(images, options, folder)
    sys.exit(1 if check.failures else 0)


if __name__ == "__main__":
    main()

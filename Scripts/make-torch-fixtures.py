#!/usr/bin/env python3
"""Write the torch files that CodecLM's tests read.

Usage:
    pip install torch safetensors
    python Scripts/make-torch-fixtures.py [--output Tests/CodecLMTests/Fixtures/torch]

    state.pt                a state dictionary as a zip archive, torch.save's present format
    state-stream.pt         the same in the format before torch 1.6, five pickles and the elements
    state.safetensors       what both hold, contiguous, floating point widened to float32
    foreign-global.pt       a dictionary with a datetime.date beside a tensor
    foreign-global-stream.pt  the same in the old format
    nested.pt               a training checkpoint: a state dictionary under a name, and a step

The state dictionary holds every kind of tensor that a reader can get wrong: a convolution in the
memory order of TensorFlow, a transposed view, two names for one storage, a slice that begins inside
its storage, a scalar, an empty tensor, half precision in both forms, double precision.
"""

import argparse
import datetime
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

FIXTURES = Path(__file__).resolve().parent.parent / "Tests/CodecLMTests/Fixtures/torch"


def state() -> dict[str, torch.Tensor]:
    """A module's own state dictionary, with its metadata, and some more tensors."""
    random = torch.Generator().manual_seed(5)
    module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 2, bias=False), torch.nn.BatchNorm2d(3))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=random))
    result = module.state_dict()
    # Height, width, inputs, outputs in memory; outputs, inputs, height, width to the reader.
    result["tensorflow"] = torch.randn(2, 2, 2, 3, generator=random).permute(3, 2, 0, 1)
    matrix = torch.randn(3, 5, generator=random)
    result.update(matrix=matrix, transposed=matrix.t(), rows=matrix[1:, 1:4:2])
    result.update(
        half=torch.tensor([1 / 3, -65504.0, 6e-8]).half(),
        bfloat=torch.tensor([[1 / 3, -3e38], [1e-38, 0.0]]).bfloat16(),
        double=torch.tensor([1 / 3, -1e-3], dtype=torch.float64),
        empty=torch.zeros(0, 4), one=torch.tensor(0.25), small=torch.tensor([True, False]))
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the torch files that tests read.")
    parser.add_argument("--output", type=Path, default=FIXTURES)
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    tensors = state()
    foreign = {"weight": torch.ones(2), "day": datetime.date(2024, 8, 15)}
    for suffix, is_zip in (("", True), ("-stream", False)):
        for name, value in (("state", tensors), ("foreign-global", foreign)):
            torch.save(
                value, output / f"{name}{suffix}.pt", _use_new_zipfile_serialization=is_zip)
        again = torch.load(output / f"state{suffix}.pt", weights_only=True)
        assert all(torch.equal(again[name], value) for name, value in tensors.items())
    torch.save({"model": tensors, "step": 7}, output / "nested.pt")
    widened = {
        name: (value.float() if value.is_floating_point() else value).clone().contiguous()
        for name, value in tensors.items()
    }
    save_file(widened, output / "state.safetensors")
    again = load_file(output / "state.safetensors")
    assert all(torch.equal(again[name], value) for name, value in widened.items())
    for path in sorted(output.iterdir()):
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()

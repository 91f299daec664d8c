"""Hugging Face's Llama in the shapes that CodecLM is benchmarked on."""

import torch
from measuring import Shape
from transformers import LlamaConfig, LlamaForCausalLM


def transformers_llama(shape: Shape) -> LlamaForCausalLM:
    """A float32 model with random weights and scaled dot product attention."""
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=shape.vocabulary,
            hidden_size=shape.width,
            intermediate_size=shape.intermediate,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            max_position_embeddings=shape.context,
            rms_norm_eps=1e-5,
            tie_word_embeddings=False,
            attn_implementation="sdpa",
        )
    ).float()

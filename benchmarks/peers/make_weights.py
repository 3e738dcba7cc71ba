"""Writes the initial weights that both sides load: make_weights.py HIDDEN_SIZE LAYERS PATH.

Needs torch 2.15, safetensors 0.8. Normal with deviation 0.02 (the usual one of the Llama family) from a fixed seed,
norm weights one, Hugging Face names, float32, tied embeddings (no lm_head).
"""

import sys

import torch
from safetensors.torch import save_file

from llama import Shape


def make_weights(shape):
    generator = torch.Generator().manual_seed(20250301 + shape.hidden)

    def normal(*size):
        return torch.randn(size, generator=generator) * 0.02

    hidden, feed_forward = shape.hidden, shape.feed_forward
    weights = {"model.embed_tokens.weight": normal(shape.vocabulary, hidden)}
    for layer in range(shape.layers):
        prefix = f"model.layers.{layer}."
        for name in "qkvo":
            weights[f"{prefix}self_attn.{name}_proj.weight"] = normal(hidden, hidden)
        weights[f"{prefix}mlp.gate_proj.weight"] = normal(feed_forward, hidden)
        weights[f"{prefix}mlp.up_proj.weight"] = normal(feed_forward, hidden)
        weights[f"{prefix}mlp.down_proj.weight"] = normal(hidden, feed_forward)
        weights[f"{prefix}input_layernorm.weight"] = torch.ones(hidden)
        weights[f"{prefix}post_attention_layernorm.weight"] = torch.ones(hidden)
    weights["model.norm.weight"] = torch.ones(hidden)
    return weights


if __name__ == "__main__":
    hidden, layers, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    save_file(make_weights(Shape(hidden, layers)), path, metadata={"format": "pt"})

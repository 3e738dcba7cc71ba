"""The model of all transformer benchmarks in PyTorch (Llama family), written for speed on a CPU.

RMSNorm (eps 1e-5), rotary positions (half-split, theta 10000), heads of size 32, no biases, SwiGLU, tied embeddings.
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as functional
from safetensors.torch import load_file


@dataclass(frozen=True)
class Shape:
    hidden: int
    layers: int
    vocabulary: int = 256
    head_size: int = 32
    epsilon: float = 1e-5
    theta: float = 10000.0

    @property
    def heads(self):
        return self.hidden // self.head_size

    @property
    def feed_forward(self):
        """8/3 of the hidden size, rounded up to a multiple of 32."""
        return -(-(-(-8 * self.hidden // 3)) // 32) * 32


def rotary_table(shape, length):
    """(cosines, sines), each [length, head_size / 2]."""
    half = shape.head_size // 2
    frequencies = shape.theta ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), frequencies)
    return angles.cos().float(), angles.sin().float()


def rotate(x, cosines, sines):
    """x [..., head_size]; the tables must broadcast to [..., head_size / 2]."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosines - second * sines, second * cosines + first * sines), dim=-1)


class Layer(nn.Module):
    """Pre-norm attention and SwiGLU; `fused` keeps q, k, v in one matrix, and gate and up in another."""

    def __init__(self, shape, fused):
        super().__init__()
        self.shape, self.fused = shape, fused
        hidden, feed_forward = shape.hidden, shape.feed_forward
        self.attention_norm = nn.RMSNorm(hidden, eps=shape.epsilon)
        self.mlp_norm = nn.RMSNorm(hidden, eps=shape.epsilon)
        if fused:
            self.qkv = nn.Linear(hidden, 3 * hidden, bias=False)
            self.gate_up = nn.Linear(hidden, 2 * feed_forward, bias=False)
        else:
            self.q = nn.Linear(hidden, hidden, bias=False)
            self.k = nn.Linear(hidden, hidden, bias=False)
            self.v = nn.Linear(hidden, hidden, bias=False)
            self.gate = nn.Linear(hidden, feed_forward, bias=False)
            self.up = nn.Linear(hidden, feed_forward, bias=False)
        self.o = nn.Linear(hidden, hidden, bias=False)
        self.down = nn.Linear(feed_forward, hidden, bias=False)

    def queries_keys_values(self, x):
        """x [..., hidden] to three of [..., heads, head_size], not yet rotated."""
        x = self.attention_norm(x)
        q, k, v = self.qkv(x).chunk(3, dim=-1) if self.fused else (self.q(x), self.k(x), self.v(x))
        size = (*x.shape[:-1], self.shape.heads, self.shape.head_size)
        return q.view(size), k.view(size), v.view(size)

    def mlp(self, x):
        normed = self.mlp_norm(x)
        gate, up = self.gate_up(normed).chunk(2, dim=-1) if self.fused else (self.gate(normed), self.up(normed))
        return x + self.down(functional.silu(gate) * up)


class Llama(nn.Module):
    def __init__(self, shape, length, fused=True):
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocabulary, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape, fused) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.hidden, eps=shape.epsilon)
        cosines, sines = rotary_table(shape, length)
        self.register_buffer("cosines", cosines, persistent=False)
        self.register_buffer("sines", sines, persistent=False)

    def forward(self, tokens):
        """tokens [batch, time] to logits [batch, time, vocabulary], causal."""
        batch, time = tokens.shape
        x = self.embed(tokens)
        for layer in self.layers:
            q, k, v = (part.transpose(1, 2) for part in layer.queries_keys_values(x))
            q, k = rotate(q, self.cosines, self.sines), rotate(k, self.cosines, self.sines)
            attended = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = layer.mlp(x + layer.o(attended.transpose(1, 2).reshape(batch, time, -1)))
        return functional.linear(self.norm(x), self.embed.weight)

    @torch.no_grad()
    def load(self, path):
        """Loads a safetensors file with Hugging Face names."""
        weights = load_file(path)
        self.embed.weight.copy_(weights["model.embed_tokens.weight"])
        self.norm.weight.copy_(weights["model.norm.weight"])
        for index, layer in enumerate(self.layers):
            part = {
                name: weights[f"model.layers.{index}.{group}.{name}.weight"]
                for group, names in (("self_attn", "qkvo"), ("mlp", ("gate", "up", "down")))
                for name in (f"{letters}_proj" for letters in names)
            }
            layer.attention_norm.weight.copy_(weights[f"model.layers.{index}.input_layernorm.weight"])
            layer.mlp_norm.weight.copy_(weights[f"model.layers.{index}.post_attention_layernorm.weight"])
            layer.o.weight.copy_(part["o_proj"])
            layer.down.weight.copy_(part["down_proj"])
            if layer.fused:
                layer.qkv.weight.copy_(torch.cat([part["q_proj"], part["k_proj"], part["v_proj"]]))
                layer.gate_up.weight.copy_(torch.cat([part["gate_proj"], part["up_proj"]]))
            else:
                for name in ("q", "k", "v", "gate", "up"):
                    getattr(layer, name).weight.copy_(part[f"{name}_proj"])
        return self

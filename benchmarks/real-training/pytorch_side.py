"""PyTorch's side of fine-tuning a model of SmolLM2-135M's shape (needs torch 2.15, numpy 2.4).

Request: method ("lora", "full"), targets ("q_proj,v_proj" or "all-linear"), batch, time, threads; any of DEFAULTS to
change how the step is run. One operation is a step: forward, mean cross-entropy of all positions, backward, global norm
clipped to 1, AdamW. The first request makes five steps; its checksum is the fifth one's loss. LoRA is written out, as
PEFT computes it (frozen weights without gradients, one more path of two small products), without PEFT's wrappers.
"""

import math
import resource

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as functional

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))
from protocol import describe_torch, serve, settings_of, timed  # noqa: E402

DEFAULTS = {
    # False, or the mode of torch.compile for the model with its loss.
    "compile": False,
    # Implementation of torch.optim.AdamW: "fused" or "foreach".
    "optimiser": "fused",
    # q, k, v in one matrix and gate and up in another, where they are not adapted.
    "fused": False,
}
CHECK_STEPS = 5
VOCABULARY, HIDDEN, LAYERS, HEADS, KEY_VALUE_HEADS, FEED_FORWARD = 49152, 576, 30, 9, 3, 1536
HEAD = HIDDEN // HEADS
THETA, EPSILON = 100000.0, 1e-5
LINEAR = {
    "q_proj": (HIDDEN, HIDDEN),
    "k_proj": (KEY_VALUE_HEADS * HEAD, HIDDEN),
    "v_proj": (KEY_VALUE_HEADS * HEAD, HIDDEN),
    "o_proj": (HIDDEN, HIDDEN),
    "gate_proj": (FEED_FORWARD, HIDDEN),
    "up_proj": (FEED_FORWARD, HIDDEN),
    "down_proj": (HIDDEN, FEED_FORWARD),
}
ATTENTION = ("k_proj", "o_proj", "q_proj", "v_proj")
MLP = ("down_proj", "gate_proj", "up_proj")


def filled(count, offset, factor):
    """Made numbers in [-factor, factor), the same in illume-side.ts."""
    index = np.arange(offset, offset + count, dtype=np.uint64)
    mixed = (index * 2654435761) & 0xFFFFFFFF
    again = ((mixed ^ (mixed >> 15)) * 2246822519) & 0xFFFFFFFF
    return ((again >> 8).astype(np.float64) / 2**23 - 1) * factor


class Linear(nn.Module):
    """x W^T, and 2 (x A^T) B^T where it is adapted: rank 8, alpha 16."""

    def __init__(self, outputs, inputs, adapted):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.adapted = adapted
        if adapted:
            self.lora_A = nn.Parameter(torch.empty(8, inputs))
            self.lora_B = nn.Parameter(torch.empty(outputs, 8))

    def forward(self, x):
        result = functional.linear(x, self.weight)
        if self.adapted:
            result = result + functional.linear(functional.linear(x, self.lora_A), self.lora_B) * 2.0
        return result


class Layer(nn.Module):
    def __init__(self, targets):
        super().__init__()
        self.input_layernorm = nn.RMSNorm(HIDDEN, eps=EPSILON)
        self.post_attention_layernorm = nn.RMSNorm(HIDDEN, eps=EPSILON)
        for name, (outputs, inputs) in LINEAR.items():
            setattr(self, name, Linear(outputs, inputs, name in targets))

    def forward(self, x, cosines, sines):
        batch, time, _ = x.shape
        normed = self.input_layernorm(x)
        q = self.q_proj(normed).view(batch, time, HEADS, HEAD).transpose(1, 2)
        k = self.k_proj(normed).view(batch, time, KEY_VALUE_HEADS, HEAD).transpose(1, 2)
        v = self.v_proj(normed).view(batch, time, KEY_VALUE_HEADS, HEAD).transpose(1, 2)
        q, k = rotate(q, cosines, sines), rotate(k, cosines, sines)
        attended = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = x + self.o_proj(attended.transpose(1, 2).reshape(batch, time, HIDDEN))
        normed = self.post_attention_layernorm(x)
        return x + self.down_proj(functional.silu(self.gate_proj(normed)) * self.up_proj(normed))


def rotate(x, cosines, sines):
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosines - second * sines, second * cosines + first * sines), dim=-1)


class Model(nn.Module):
    def __init__(self, targets, time):
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCABULARY, HIDDEN)
        self.layers = nn.ModuleList(Layer(targets) for _ in range(LAYERS))
        self.norm = nn.RMSNorm(HIDDEN, eps=EPSILON)
        frequencies = THETA ** (-torch.arange(HEAD // 2, dtype=torch.float64) / (HEAD // 2))
        angles = torch.outer(torch.arange(time, dtype=torch.float64), frequencies)
        self.register_buffer("cosines", angles.cos().float(), persistent=False)
        self.register_buffer("sines", angles.sin().float(), persistent=False)

    def forward(self, tokens, targets):
        x = self.embed_tokens(tokens)
        for layer in self.layers:
            x = layer(x, self.cosines, self.sines)
        logits = functional.linear(self.norm(x), self.embed_tokens.weight)
        return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())

    @torch.no_grad()
    def make(self):
        """Weights and factors in the order of illume's trees: by name, layer by layer."""
        offset = 0

        def draw(parameter, factor):
            nonlocal offset
            count = parameter.numel()
            parameter.copy_(torch.from_numpy(filled(count, offset, factor).astype(np.float32)).view(parameter.shape))
            offset += count

        deviation = 0.02 * math.sqrt(3)
        draw(self.embed_tokens.weight, deviation)
        for layer in self.layers:
            offset += HIDDEN
            for name in MLP:
                draw(getattr(layer, name).weight, deviation)
            offset += HIDDEN
            for name in ATTENTION:
                draw(getattr(layer, name).weight, deviation)
        offset = 0
        for layer in self.layers:
            for name in (*MLP, *ATTENTION):
                linear = getattr(layer, name)
                if linear.adapted:
                    draw(linear.lora_A, 1 / math.sqrt(linear.lora_A.shape[1]))
                    draw(linear.lora_B, 0.01)
        return self


def made_batch(rows, length):
    tokens = []
    for row in range(rows):
        mixed = [(row * 7919 + position * 104729 + 12345) % 46337 for position in range(length + 1)]
        tokens.append([value * value % VOCABULARY for value in mixed])
    text = torch.tensor(tokens)
    return text[:, :-1].contiguous(), text[:, 1:].contiguous()


def training_step(request):
    settings = settings_of(request, DEFAULTS)
    torch.set_num_threads(request["threads"])
    full = request["method"] == "full"
    targets = () if full else tuple(LINEAR) if request["targets"] == "all-linear" else request["targets"].split(",")
    model = Model(targets, request["time"]).make()
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(full or "lora_" in name)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(
        parameters,
        lr=1e-4,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.01,
        fused=settings["optimiser"] == "fused",
        foreach=settings["optimiser"] == "foreach",
    )
    tokens, targets = made_batch(request["batch"], request["time"])
    loss_of = torch.compile(model, mode=settings["compile"]) if settings["compile"] else model

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of(tokens, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
        optimiser.step()
        return loss.item()

    return step


def peak_gigabytes():
    """The most memory that the process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


step = None


def answer(request):
    global step
    if step is not None:
        return {**timed(request["operations"], step), "peakGigabytes": peak_gigabytes()}
    step = training_step(request)
    losses = [step() for _ in range(CHECK_STEPS)]
    return {
        "checksum": losses[-1],
        "losses": losses,
        "peakGigabytes": peak_gigabytes(),
        "settings": settings_of(request, DEFAULTS),
        **describe_torch(torch),
    }


if __name__ == "__main__":
    serve(answer)

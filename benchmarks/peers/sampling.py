"""PyTorch's side of the sampling benchmarks: a careful KV-cache loop (needs torch 2.15, safetensors 0.8).

Request: threads, hidden, layers, weights (a file), prompts, promptLength, samples (of each prompt), newTokens; any of
DEFAULTS to change how it is run, for explore.py. One operation draws newTokens tokens for each of prompts x samples
sequences at temperature 1. Each prompt is processed once, and its part of the cache is repeated for its samples.
The checksum is the mean log probability of 16 greedy tokens after each prompt, by the same loop.
"""

import torch
import torch.nn.functional as functional

from llama import Llama, Shape, rotate
from made_tokens import made_tokens
from protocol import describe_torch, serve, settings_of, timed

DEFAULTS = {
    # False, or the mode of torch.compile for the decoding step.
    "compile": "default",
    # "slice": attend to the filled part of the cache; "mask": to all of it with a mask (one shape for all steps);
    # "bucket": to the filled part rounded up to 32, with a mask (a shape for each 32 steps).
    "cache": "bucket",
    # "sdpa": the fused kernel; "matmul": two batched products and a softmax.
    "attention": "matmul",
    # Whether all samples of a prompt share its part of the cache in one matrix product (implies "matmul", "slice").
    "sharedPrompt": False,
    # "multinomial": torch.multinomial; "exponential": argmax of probabilities over exponential noise, its equal in law.
    "draw": "multinomial",
    # Sequences decoded at a time; 0 is all.
    "chunk": 0,
    # Order of the cache: "head" is [batch, head, time, size], "time" is [batch, time, head, size].
    "layout": "head",
}
CHECK_TOKENS = 16
BUCKET = 32


class Sampler:
    """Caches for `rows` sequences in all; allocated once and used again by each operation."""

    def __init__(self, model, settings, prompts, samples, length):
        self.model, self.settings, self.length = model, settings, length
        self.samples, self.prompts = samples, prompts
        shape = model.shape
        rows = prompts * samples
        sizes = (rows, shape.heads, length, shape.head_size)
        if settings["layout"] == "time":
            sizes = (rows, length, shape.heads, shape.head_size)
        self.keys = [torch.zeros(sizes) for _ in model.layers]
        self.values = [torch.zeros(sizes) for _ in model.layers]
        if settings["layout"] == "time":
            self.keys = [cache.transpose(1, 2) for cache in self.keys]
            self.values = [cache.transpose(1, 2) for cache in self.values]
        self.prompt_caches = None
        self.positions = torch.arange(length)
        self.decode = self.step
        if settings["compile"]:
            self.decode = torch.compile(self.step, mode=settings["compile"], dynamic=settings["cache"] == "slice")

    def prefill(self, tokens):
        """tokens [prompts, time]: fills the caches for all samples; returns the last logits, repeated too."""
        model, (prompts, time) = self.model, tokens.shape
        cosines, sines = model.cosines[:time], model.sines[:time]
        x = model.embed(tokens)
        self.prompt_caches = []
        for layer, keys, values in zip(model.layers, self.keys, self.values):
            q, k, v = (part.transpose(1, 2) for part in layer.queries_keys_values(x))
            q, k = rotate(q, cosines, sines), rotate(k, cosines, sines)
            if self.settings["sharedPrompt"]:
                self.prompt_caches.append((k.contiguous(), v.contiguous()))
            else:
                keys[: prompts * self.samples, :, :time] = k.repeat_interleave(self.samples, 0)
                values[: prompts * self.samples, :, :time] = v.repeat_interleave(self.samples, 0)
            attended = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = layer.mlp(x + layer.o(attended.transpose(1, 2).reshape(prompts, time, -1)))
        logits = functional.linear(model.norm(x[:, -1]), model.embed.weight)
        return logits.repeat_interleave(self.samples, 0)

    def step(self, tokens, position, time, caches):
        """tokens [rows] at `position` (a tensor) to logits [rows, vocabulary]; attends to the first `time` places."""
        model, settings = self.model, self.settings
        cosines, sines = model.cosines[position], model.sines[position]
        x = model.embed(tokens)
        mask = None
        if settings["cache"] != "slice":
            mask = (self.positions[:time] <= position).view(1, 1, 1, time)
        for index, (layer, (keys, values)) in enumerate(zip(model.layers, caches)):
            q, k, v = layer.queries_keys_values(x)
            q, k = rotate(q, cosines, sines).unsqueeze(2), rotate(k, cosines, sines)
            keys.index_copy_(2, position, k.unsqueeze(2))
            values.index_copy_(2, position, v.unsqueeze(2))
            if settings["sharedPrompt"]:
                attended = self.attend_shared(q, keys, values, time, self.prompt_caches[index])
            elif settings["attention"] == "sdpa":
                attended = functional.scaled_dot_product_attention(q, keys[:, :, :time], values[:, :, :time], attn_mask=mask)
            else:
                scores = q @ keys[:, :, :time].transpose(2, 3) * model.shape.head_size**-0.5
                if mask is not None:
                    scores = scores.masked_fill(~mask, float("-inf"))
                attended = scores.softmax(-1) @ values[:, :, :time]
            x = layer.mlp(x + layer.o(attended.flatten(1)))
        return functional.linear(model.norm(x), model.embed.weight)

    def attend_shared(self, q, keys, values, time, prompt):
        """The samples' queries meet their prompt's keys in one matrix product a prompt and head."""
        prompt_keys, prompt_values = prompt
        prompts, heads, start, size = prompt_keys.shape
        together = q.view(prompts, self.samples, heads, size).transpose(1, 2)
        first = together @ prompt_keys.transpose(2, 3)
        own = q @ keys[:, :, start:time].transpose(2, 3)
        own_grouped = own.view(prompts, self.samples, heads, time - start).transpose(1, 2)
        weights = (torch.cat((first, own_grouped), -1) * size**-0.5).softmax(-1)
        from_prompt = (weights[..., :start] @ prompt_values).transpose(1, 2).reshape(-1, heads, 1, size)
        own_weights = weights[..., start:].transpose(1, 2).reshape(-1, heads, 1, time - start)
        return from_prompt + own_weights @ values[:, :, start:time]

    @torch.inference_mode()
    def run(self, prompt_tokens, new_tokens, greedy=False):
        """Returns (tokens [rows, newTokens], mean log probability of greedy tokens or None)."""
        settings = self.settings
        logits = self.prefill(prompt_tokens)
        start, rows = prompt_tokens.shape[1], logits.shape[0]
        drawn = torch.empty((rows, new_tokens), dtype=torch.long)
        noise = torch.empty_like(logits)
        total = 0.0
        caches = list(zip(self.keys, self.values))
        for index in range(new_tokens):
            if greedy:
                log_probabilities, tokens = logits.log_softmax(-1).max(-1)
                total += log_probabilities.mean().item()
            elif settings["draw"] == "multinomial":
                tokens = torch.multinomial(logits.softmax(-1), 1).squeeze(1)
            else:
                tokens = (logits.softmax(-1) / noise.exponential_()).argmax(-1)
            drawn[:, index] = tokens
            # The last token's own logits are not needed.
            if index + 1 < new_tokens:
                position = start + index
                logits = self.decode(tokens, self.positions[position : position + 1], self.attended(position), caches)
        return drawn, total / new_tokens if greedy else None

    def attended(self, position):
        """How many places of the cache the step at `position` looks at."""
        kind = self.settings["cache"]
        if kind == "slice":
            return position + 1
        if kind == "mask":
            return self.length
        return min(self.length, -(-(position + 1) // BUCKET) * BUCKET)


def prepared(request):
    """(an operation without arguments, its checksum)."""
    settings = settings_of(request, DEFAULTS)
    torch.set_num_threads(request["threads"])
    torch.manual_seed(0)
    prompts, samples = request["prompts"], request["samples"]
    length = request["promptLength"] + request["newTokens"]
    model = Llama(Shape(request["hidden"], request["layers"]), length).load(request["weights"]).eval()
    model.requires_grad_(False)
    tokens = torch.tensor(made_tokens(prompts, request["promptLength"]))
    chunk_prompts = max(1, (settings["chunk"] or prompts * samples) // samples)
    if prompts % chunk_prompts != 0:
        raise ValueError(f"chunks of {chunk_prompts} prompts do not divide {prompts} prompts")
    sampler = Sampler(model, settings, chunk_prompts, samples, length)
    chunks = tokens.split(chunk_prompts)

    def operation():
        for chunk in chunks:
            sampler.run(chunk, request["newTokens"])

    checks = [sampler.run(chunk, CHECK_TOKENS, greedy=True)[1] for chunk in chunks]
    operation()
    return operation, sum(checks) / len(checks)


operation = None


def answer(request):
    global operation
    if operation is not None:
        return timed(request["operations"], operation)
    operation, checksum = prepared(request)
    return {"checksum": checksum, "settings": settings_of(request, DEFAULTS), **describe_torch(torch)}


if __name__ == "__main__":
    serve(answer)

"""Hugging Face's side of many samples: `generate` (needs transformers 5.23, torch 2.15, safetensors 0.8).

Request: threads, hidden, layers, weights (a file), prompts, promptLength, samples, newTokens; any of DEFAULTS to
change how it is run, for explore.py. One operation draws newTokens tokens for each of prompts x samples sequences by
num_return_sequences, at temperature 1 without top-k and top-p. The checksum is as sampling.py's.
"""

import torch
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM

from llama import Shape
from made_tokens import made_tokens
from protocol import describe_torch, serve, settings_of, timed

DEFAULTS = {
    # Implementation of the attention: "sdpa" or "eager".
    "attention": "sdpa",
    # "dynamic" or "static" (which compiles the step by itself, where it can).
    "cache": "dynamic",
    # Prompts in one call of generate; 0 is all.
    "promptsAtOnce": 5,
}
CHECK_TOKENS = 16


def prepared(request):
    """(an operation without arguments, its checksum)."""
    settings = settings_of(request, DEFAULTS)
    torch.set_num_threads(request["threads"])
    torch.manual_seed(0)
    shape = Shape(request["hidden"], request["layers"])
    configuration = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=request["promptLength"] + request["newTokens"],
        rms_norm_eps=shape.epsilon,
        rope_theta=shape.theta,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=None,
        attn_implementation=settings["attention"],
    )
    model = LlamaForCausalLM(configuration).float().eval()
    weights = load_file(request["weights"])
    model.load_state_dict({**weights, "lm_head.weight": weights["model.embed_tokens.weight"]})
    tokens = torch.tensor(made_tokens(request["prompts"], request["promptLength"]))
    new_tokens = request["newTokens"]

    @torch.inference_mode()
    def operation():
        for chunk in tokens.split(settings["promptsAtOnce"] or len(tokens)):
            drawn = model.generate(
                input_ids=chunk,
                attention_mask=torch.ones_like(chunk),
                do_sample=True,
                temperature=1.0,
                # The defaults would cut the distribution, and cost a sort.
                top_k=0,
                top_p=1.0,
                num_return_sequences=request["samples"],
                max_new_tokens=new_tokens,
                min_new_tokens=new_tokens,
                cache_implementation=settings["cache"],
            )
            assert drawn.shape == (len(chunk) * request["samples"], request["promptLength"] + new_tokens)

    with torch.inference_mode():
        greedy = model.generate(
            input_ids=tokens,
            attention_mask=torch.ones_like(tokens),
            do_sample=False,
            max_new_tokens=CHECK_TOKENS,
            output_logits=True,
            return_dict_in_generate=True,
        )
    checksum = torch.stack(greedy.logits).log_softmax(-1).max(-1).values.mean().item()
    operation()
    return operation, checksum


operation = None


def answer(request):
    global operation
    if operation is not None:
        return timed(request["operations"], operation)
    operation, checksum = prepared(request)
    return {"checksum": checksum, "settings": settings_of(request, DEFAULTS), **describe_torch(torch)}


if __name__ == "__main__":
    serve(answer)

"""PyTorch's side of the transformer training step (needs torch 2.15, safetensors 0.8).

Request: threads, hidden, layers, time, batch, weights (a file); any of DEFAULTS to change how the step is run, for
explore.py. One operation is a step: forward, mean cross-entropy of all positions, backward, global norm clipped to 1,
AdamW. The batches are a pool of four made ones, taken in turn. The first request loads the weights and makes eight
steps; its checksum is the eighth step's loss.
"""

import itertools

import torch
import torch.nn.functional as functional

from llama import Llama, Shape
from made_tokens import made_tokens
from protocol import describe_torch, serve, settings_of, timed

DEFAULTS = {
    # False, or the mode of torch.compile.
    "compile": "max-autotune-no-cudagraphs",
    # What is compiled: "model" (with the loss), or "step" (also clipping and AdamW; two graphs).
    "compiled": "model",
    # q, k, v in one matrix, and gate and up in another.
    "fused": True,
    # Implementation of torch.optim.AdamW and of the clipping: "fused", "foreach" or "for-loop".
    "optimiser": "fused",
    # Whether the processor rounds denormal numbers to zero.
    "flushDenormal": False,
    # Zero gradients in place rather than drop them.
    "keepGradients": False,
}
CHECK_STEPS = 8
POOL = 4


def training_step(request):
    """A function without arguments that makes one step and returns its loss."""
    settings = settings_of(request, DEFAULTS)
    torch.set_num_threads(request["threads"])
    torch.set_flush_denormal(settings["flushDenormal"])
    time, batch = request["time"], request["batch"]
    model = Llama(Shape(request["hidden"], request["layers"]), time, settings["fused"]).load(request["weights"])
    parameters = list(model.parameters())
    optimiser = torch.optim.AdamW(
        parameters,
        lr=1e-3,
        betas=(0.9, 0.95),
        eps=1e-8,
        weight_decay=0.1,
        fused=settings["optimiser"] == "fused",
        foreach=settings["optimiser"] == "foreach",
    )
    # Clipping has no fused kernel; its foreach form is the faster of the two.
    foreach = settings["optimiser"] != "for-loop"

    def loss_of(tokens, targets):
        logits = model(tokens)
        return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())

    def update():
        torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=foreach)
        optimiser.step()

    if settings["compile"]:
        loss_of = torch.compile(loss_of, mode=settings["compile"])
        if settings["compiled"] == "step":
            update = torch.compile(update, mode=settings["compile"])

    batches = []
    for index in range(POOL):
        text = torch.tensor(made_tokens(batch, time + 1, index))
        batches.append((text[:, :-1].contiguous(), text[:, 1:].contiguous()))
    pool = itertools.cycle(batches)

    def step():
        optimiser.zero_grad(set_to_none=not settings["keepGradients"])
        loss = loss_of(*next(pool))
        loss.backward()
        update()
        return loss.item()

    return step


step = None


def answer(request):
    global step
    if step is not None:
        return timed(request["operations"], step)
    step = training_step(request)
    losses = [step() for _ in range(CHECK_STEPS)]
    return {"checksum": losses[-1], "firstLoss": losses[0], "settings": settings_of(request, DEFAULTS), **describe_torch(torch)}


if __name__ == "__main__":
    serve(answer)

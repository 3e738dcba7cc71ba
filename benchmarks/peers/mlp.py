"""PyTorch's side of the MLP training step (needs torch 2.15).

Request: threads, batch; any of DEFAULTS to change how the step is run, for explore.py. The network is 8-64-64-4 with
biases and ReLU; mean squared error of all outputs; AdamW with learning rate 1e-3, betas 0.9 and 0.999, epsilon 1e-8,
decay 0.01, no clipping. Weights, inputs and targets are made by `made` below, which illume's side has too; each step
takes the next of 16 batches. The checksum is the loss of step 100.
"""

import itertools

import torch
import torch.nn as nn
import torch.nn.functional as functional

from protocol import describe_torch, serve, settings_of, timed

DEFAULTS = {
    # False, or the mode of torch.compile.
    "compile": "default",
    # What is compiled: "model" (with the loss) or "step" (forward, backward, and AdamW written out as one graph),
    # "optimiser" (the model, and torch.optim.AdamW's step in a graph of its own).
    "compiled": "step",
    # Implementation of torch.optim.AdamW: "fused", "foreach" or "for-loop".
    "optimiser": "fused",
    # Inductor's C++ wrapper instead of its Python one.
    "wrapper": False,
}
SIZES = (8, 64, 64, 4)
POOL = 16
CHECK_STEP = 100
RATE, BETA1, BETA2, EPSILON, DECAY = 1e-3, 0.9, 0.999, 1e-8, 0.01


def made(count, start):
    """`count` numbers in [-1, 1) that both sides make: item i depends on start + i alone."""
    index = [(start + i) * 7919 % 46337 for i in range(count)]
    return [(i * i % 1000003 % 2048) / 1024 - 1 for i in index]


def made_parameters():
    """Weights [out, in] scaled by 1 / sqrt(in), biases zero."""
    parameters, start = [], 0
    for inputs, outputs in zip(SIZES, SIZES[1:]):
        weight = torch.tensor(made(inputs * outputs, start)).view(outputs, inputs) / inputs**0.5
        start += inputs * outputs
        parameters += [nn.Parameter(weight), nn.Parameter(torch.zeros(outputs))]
    return parameters


def loss_of(parameters, inputs, targets):
    x = inputs
    for index in range(0, len(parameters), 2):
        x = functional.linear(x, parameters[index], parameters[index + 1])
        if index + 2 < len(parameters):
            x = functional.relu(x)
    return functional.mse_loss(x, targets)


def training_step(request):
    """A function without arguments that makes one step and returns its loss."""
    settings = settings_of(request, DEFAULTS)
    torch.set_num_threads(request["threads"])
    parameters, batch = made_parameters(), request["batch"]
    if settings["wrapper"]:
        from torch._inductor import config

        config.cpp_wrapper = True
    batches = []
    for index in range(POOL):
        inputs = torch.tensor(made(batch * SIZES[0], 100_000 + index * 10_000)).view(batch, SIZES[0])
        targets = torch.tensor(made(batch * SIZES[-1], 500_000 + index * 10_000)).view(batch, SIZES[-1])
        batches.append((inputs, targets))
    pool = itertools.cycle(batches)
    if settings["compile"] and settings["compiled"] == "step":
        return compiled_step(parameters, pool, settings["compile"])

    optimiser = torch.optim.AdamW(
        parameters,
        lr=RATE,
        betas=(BETA1, BETA2),
        eps=EPSILON,
        weight_decay=DECAY,
        fused=settings["optimiser"] == "fused",
        foreach=settings["optimiser"] == "foreach",
    )
    loss_function, update = loss_of, optimiser.step
    if settings["compile"]:
        loss_function = torch.compile(loss_of, mode=settings["compile"])
        if settings["compiled"] == "optimiser":
            update = torch.compile(optimiser.step, mode=settings["compile"])

    def step():
        inputs, targets = next(pool)
        optimiser.zero_grad(set_to_none=True)
        loss = loss_function(parameters, inputs, targets)
        loss.backward()
        update()
        return loss.item()

    return step


def compiled_step(parameters, pool, mode):
    """One compiled graph: gradients by torch.func, AdamW written out, parameters and moments updated in place."""
    values = [parameter.detach().clone() for parameter in parameters]
    first = [torch.zeros_like(value) for value in values]
    second = [torch.zeros_like(value) for value in values]
    count = torch.zeros(())

    def whole(values, first, second, count, inputs, targets):
        gradients, loss = torch.func.grad_and_value(loss_of)(values, inputs, targets)
        count.add_(1)
        correction1, correction2 = 1 - BETA1**count, 1 - BETA2**count
        for value, gradient, m, v in zip(values, gradients, first, second):
            m.lerp_(gradient, 1 - BETA1)
            v.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
            value.mul_(1 - RATE * DECAY)
            value.sub_(RATE * (m / correction1) / ((v / correction2).sqrt() + EPSILON))
        return loss

    compiled = torch.compile(whole, mode=mode, fullgraph=True)

    def step():
        with torch.no_grad():
            return compiled(values, first, second, count, *next(pool)).item()

    return step


step = None


def answer(request):
    global step
    if step is not None:
        return timed(request["operations"], step)
    step = training_step(request)
    losses = [step() for _ in range(CHECK_STEP)]
    return {"checksum": losses[-1], "firstLoss": losses[0], "settings": settings_of(request, DEFAULTS), **describe_torch(torch)}


if __name__ == "__main__":
    serve(answer)

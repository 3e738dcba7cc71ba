"""Loads what `illume learn` wrote with PEFT and transformers, and compares their logits with illume's.

Needs torch 2.15, transformers 5.23, peft 0.19.1. Run: node benchmarks/real-training/check-written.ts, which calls it:
check_written.py BASE ADAPTER MODEL with [rows, positions] tokens as JSON on standard input; it answers one JSON line with
the final position's logits of each row, by the base model with the adapter, merged by PEFT, and by the whole weights.
"""

import json
import sys

import peft
import torch
import transformers
from peft import PeftModel
from transformers import AutoModelForCausalLM

base_folder, adapter_folder, model_folder = sys.argv[1:]
tokens = torch.tensor(json.load(sys.stdin))


@torch.inference_mode()
def logits(model):
    return model.eval()(input_ids=tokens, use_cache=False).logits[:, -1].tolist()


def load(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


adapted = PeftModel.from_pretrained(load(base_folder), adapter_folder)
answer = {
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
    "adapted": logits(adapted),
    "merged": logits(adapted.merge_and_unload()),
    "whole": logits(load(model_folder)),
}
print(json.dumps(answer))

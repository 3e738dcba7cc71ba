"""The protocol of benchmarks/README.md for a side that is written in Python: one JSON line in, one JSON line out."""

import json
import sys
import time
import traceback


def serve(answer):
    """Answers each line of standard input by answer(request), a dictionary; an error is answered too and ends it."""
    # The answers' own channel: whatever a library prints goes to standard error.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        try:
            result = answer(json.loads(line))
        except Exception:
            result = {"error": traceback.format_exc()}
        answers.write(json.dumps(result) + "\n")
        answers.flush()
        if "error" in result:
            sys.exit(1)


def settings_of(request, defaults):
    """The defaults, with what the request says of them laid over."""
    return {name: request.get(name, value) for name, value in defaults.items()}


def timed(operations, operation):
    """Runs the operation that many times and tells the seconds of one."""
    start, processor = time.perf_counter(), time.process_time()
    for _ in range(operations):
        operation()
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    return {
        "seconds": seconds / operations,
        "operations": operations,
        # Of all threads; steadier than the clock's where other programs want the processor.
        "processorSeconds": processor / operations,
    }


def describe_torch(torch):
    """What torch is and how it was built, recorded with the results."""
    return {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "configuration": [line.strip(" -") for line in torch.__config__.show().splitlines()[1:6]],
    }

"""Finds a peer's best settings: explore.py FILE REQUEST NAME=CHANGES ... [--rounds N] [--seconds S]

REQUEST and CHANGES are JSON; CHANGES are laid over REQUEST, and their "environment" is added to the process's. Every
variant is a process of its own; they are timed in turns. Prints each one's least and median milliseconds by the clock,
and the least by the processor (all threads), which is the steadier of the two on a busy machine with one thread.

  explore.py transformer.py '{"threads": 1, "hidden": 128, ...}' plain='{}' compiled='{"compile": "default"}'
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


class Variant:
    def __init__(self, file, request, changes):
        changes = json.loads(changes)
        environment = {**os.environ, **changes.pop("environment", {})}
        self.request = {**json.loads(request), **changes}
        self.process = subprocess.Popen(
            [sys.executable, HERE / file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.clock, self.processor, self.operations = [], [], 1

    def ask(self, **more):
        self.process.stdin.write(json.dumps({**self.request, **more}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        result = json.loads(line) if line else {"error": "it died"}
        if "error" in result:
            raise RuntimeError(result["error"])
        return result

    def warm_up(self, seconds):
        checksum = self.ask(operations=1, warmUp=True).get("checksum")
        for _ in range(3):
            spent = self.ask(operations=self.operations)["seconds"] * self.operations
            if spent < seconds * 0.7:
                self.operations = max(self.operations, min(self.operations * 100, round(self.operations * seconds / spent)))
        return checksum

    def round(self):
        result = self.ask(operations=self.operations)
        self.clock.append(result["seconds"] * 1000)
        self.processor.append(result["processorSeconds"] * 1000)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("request")
    parser.add_argument("variants", nargs="+")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.4)
    arguments = parser.parse_args()
    variants = {}
    for text in arguments.variants:
        name, changes = text.split("=", 1)
        variant = Variant(arguments.file, arguments.request, changes)
        try:
            checksum = variant.warm_up(arguments.seconds)
            variants[name] = variant
            variant.round()
            first = f"{variant.clock[0]:.3f} ms, processor {variant.processor[0]:.3f} ms"
            print(f"# {name}: checksum {checksum}, first round {first}", flush=True)
        except RuntimeError as error:
            print(f"# {name}: failed: {str(error).strip().splitlines()[-1]}", flush=True)
    for _ in range(arguments.rounds):
        for variant in variants.values():
            variant.round()
    for name, variant in variants.items():
        least, median, processor = min(variant.clock), statistics.median(variant.clock), min(variant.processor)
        print(f"{name:32} {least:10.3f} {median:10.3f} {processor:10.3f} ms (least, median, processor)")
        variant.process.stdin.close()


if __name__ == "__main__":
    main()

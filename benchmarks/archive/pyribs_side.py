"""The peer's side of the archive benchmark, see benchmark.ts: pyribs (ribs 0.12.0, numpy 2.4.6, numba 0.68.1).

Settings: double precision (pyribs' default) as on the other side; arrays are made and sliced beforehand, so that no
call converts anything. Single adds are made by add with one row, which took about half the time of add_single, and
means the same. The CVT archive uses pyribs' default search, SciPy's k-d tree: of its three the fastest for a thousand
cells (brute force took 17 times, sklearn_nn 5 times as long). A first untimed sequence compiles what numba compiles.
"""

import json
import sys
import time

import numpy as np
from ribs.archives import CVTArchive, GridArchive

SEQUENCES = {
    "single-add": ("grid", 5000, 1),
    "grid-batch-32": ("grid", 500, 32),
    "grid-batch-10000": ("grid", 20, 10_000),
    "cvt-batch-100": ("cvt", 500, 100),
}
SOLUTION_DIMENSION = 10
DESCRIPTOR_DIMENSION = 2
GRID_BINS = 100
CVT_CELLS = 1000
RANGES = [(0, 1)] * DESCRIPTOR_DIMENSION


def hashed_uniforms(count, stream):
    """sequence.ts: hashedUniforms."""
    mask = np.uint64(0xFFFFFFFF)
    value = (np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B1) + np.uint64(stream * 0x85EBCA77)) & mask
    value = ((value ^ (value >> np.uint64(16))) * np.uint64(0x85EBCA6B)) & mask
    value = ((value ^ (value >> np.uint64(13))) * np.uint64(0xC2B2AE35)) & mask
    return (value ^ (value >> np.uint64(16))).astype(np.float64) / 2**32


def evenly_spread(cells):
    """sequence.ts: evenlySpread."""
    cell = np.arange(cells)
    return np.stack([(0.5 + 0.7548776662466927 * cell) % 1, (0.5 + 0.5698402909980532 * cell) % 1], axis=1)


def make_batches(name):
    _, batches, batch_size = SEQUENCES[name]
    rows = batches * batch_size
    objective = hashed_uniforms(rows, 1).reshape(batches, batch_size)
    measures = hashed_uniforms(rows * DESCRIPTOR_DIMENSION, 2).reshape(batches, batch_size, DESCRIPTOR_DIMENSION)
    solution = hashed_uniforms(rows * SOLUTION_DIMENSION, 3).reshape(batches, batch_size, SOLUTION_DIMENSION)
    return list(zip(solution, objective, measures))


def empty_archive(name):
    if SEQUENCES[name][0] == "cvt":
        return CVTArchive(solution_dim=SOLUTION_DIMENSION, centroids=evenly_spread(CVT_CELLS), ranges=RANGES)
    return GridArchive(solution_dim=SOLUTION_DIMENSION, dims=[GRID_BINS] * DESCRIPTOR_DIMENSION, ranges=RANGES)


def add_singly(archive, batches):
    statuses = 0
    add = archive.add
    for solution, objective, measures in batches:
        statuses += add(solution, objective, measures)["status"][0]
    return int(statuses)


def add_in_batches(archive, batches):
    statuses = 0
    add = archive.add
    for solution, objective, measures in batches:
        statuses += add(solution, objective, measures)["status"].sum()
    return int(statuses)


prepared = {}
for line in sys.stdin:
    request = json.loads(line)
    name, operations = request["name"], request["operations"]
    replay = add_singly if SEQUENCES[name][2] == 1 else add_in_batches
    if name not in prepared:
        prepared[name] = make_batches(name)
        replay(empty_archive(name), prepared[name])
    seconds = 0.0
    for _ in range(operations):
        archive = empty_archive(name)
        start = time.perf_counter()
        statuses = replay(archive, prepared[name])
        statistics = archive.stats
        seconds += time.perf_counter() - start
        checksum = float(statistics.qd_score) + int(statistics.num_elites) + statuses
    print(json.dumps({"seconds": seconds / operations, "operations": operations, "checksum": checksum}), flush=True)

/**
 * Exact nearest neighbour among fixed points: a balanced k-d tree over typed arrays (Bentley 1975), leaves of a few
 * points that are stored side by side. Of points equally near the one with the lowest number wins, as a scan from the
 * first to the last would have it; that is what makes the answer independent of the tree.
 *
 * Pruning is exact in floating point too: subtraction, squaring and adding a square are monotone under rounding, so no
 * point behind a splitting plane can come out nearer than the plane does.
 */
const leafSize = 8;

/** The number of the point nearest (Euclidean) to a row of a matrix [rows, dimensions]. */
export type NearestCentroid = (queries: Float64Array, row: number) => number;

/** Builds the search over points [count, dimensions], count >= 1, all finite. The points are copied. */
export function nearestCentroid(points: Float64Array, dimensions: number): NearestCentroid {
  const count = points.length / dimensions;
  const order = Int32Array.from({ length: count }, (_, point) => point);
  // An implicit complete binary tree: the children of node n are 2n + 1 and 2n + 2, the leaves are the last level.
  const levels = Math.max(0, Math.ceil(Math.log2(count / leafSize)));
  const innerNodes = 2 ** levels - 1;
  const splitDimension = new Int32Array(innerNodes);
  const splitValue = new Float64Array(innerNodes);
  const leafStart = new Int32Array(2 ** levels + 1);

  const ranges = [{ node: 0, start: 0, end: count }];
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    const { node, start, end } = range;
    if (node >= innerNodes) {
      leafStart[node - innerNodes + 1] = end;
      continue;
    }
    const dimension = widestDimension(points, dimensions, order, start, end);
    order
      .subarray(start, end)
      .sort((a, b) => (points[a * dimensions + dimension] as number) - (points[b * dimensions + dimension] as number));
    const middle = (start + end) >>> 1;
    splitDimension[node] = dimension;
    splitValue[node] = points[(order[middle] as number) * dimensions + dimension] as number;
    ranges.push({ node: 2 * node + 1, start, end: middle }, { node: 2 * node + 2, start: middle, end });
  }
  const sorted = new Float64Array(points.length);
  for (let position = 0; position < count; position++) {
    const point = order[position] as number;
    for (let d = 0; d < dimensions; d++) {
      sorted[position * dimensions + d] = points[point * dimensions + d] as number;
    }
  }

  const stackNode = new Int32Array(levels + 1);
  const stackDistance = new Float64Array(levels + 1);
  return (queries, row) => {
    const query = row * dimensions;
    let bestDistance = Infinity;
    let best = -1;
    let depth = 1;
    stackNode[0] = 0;
    stackDistance[0] = 0;
    while (depth > 0) {
      depth--;
      if ((stackDistance[depth] as number) > bestDistance) continue;
      let node = stackNode[depth] as number;
      while (node < innerNodes) {
        const offset = (queries[query + (splitDimension[node] as number)] as number) - (splitValue[node] as number);
        const near = offset < 0 ? 2 * node + 1 : 2 * node + 2;
        stackNode[depth] = offset < 0 ? near + 1 : near - 1;
        stackDistance[depth] = offset * offset;
        depth++;
        node = near;
      }
      const leaf = node - innerNodes;
      const end = leafStart[leaf + 1] as number;
      for (let position = leafStart[leaf] as number; position < end; position++) {
        let distance = 0;
        for (let d = 0; d < dimensions; d++) {
          const difference = (queries[query + d] as number) - (sorted[position * dimensions + d] as number);
          distance += difference * difference;
        }
        // `best < 0`: squares of huge numbers overflow to infinity, and even then some point is the nearest.
        if (
          distance < bestDistance ||
          (distance === bestDistance && (best < 0 || (order[position] as number) < best))
        ) {
          bestDistance = distance;
          best = order[position] as number;
        }
      }
    }
    return best;
  };
}

function widestDimension(
  points: Float64Array,
  dimensions: number,
  order: Int32Array,
  start: number,
  end: number,
): number {
  let widest = 0;
  let widestExtent = -1;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    let low = Infinity;
    let high = -Infinity;
    for (let position = start; position < end; position++) {
      const value = points[(order[position] as number) * dimensions + dimension] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > widestExtent) {
      widest = dimension;
      widestExtent = high - low;
    }
  }
  return widest;
}

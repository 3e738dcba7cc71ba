/** Shapes: lists of sizes, outermost first; a scalar has the shape []. Arrays are contiguous and row-major. */

export type Shape = readonly number[];

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** Whether all sizes are whole numbers of at least 0. */
export function isShape(shape: Shape): boolean {
  return shape.every((length) => Number.isInteger(length) && length >= 0);
}

/** Whether ranks and all sizes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** The common shape of two arrays under NumPy's rule (sizes equal or 1, aligned at the end), or undefined. */
export function broadcastShapes(a: Shape, b: Shape): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return undefined;
    result[axis] = left === 1 ? right : left;
  }
  return result;
}

/** Strides with which an array of shape `from` is read as shape `to`: 0 where it is repeated. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from);
  return to.map((length, axis) => {
    const own = axis - to.length + from.length;
    return own < 0 || (from[own] === 1 && length !== 1) ? 0 : (strides[own] as number);
  });
}

/**
 * For each position of `shape` in row-major order, the offset given by `strides`. The workhorse of the reference
 * backend: broadcasting, transposing and slicing are all a choice of strides.
 */
export function stridedOffsets(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const size = sizeOf(shape);
  const offsets = new Int32Array(size);
  if (size === 0) return offsets;
  const index = new Int32Array(shape.length);
  let offset = start;
  for (let position = 0; position < size; position++) {
    offsets[position] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      offset += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      offset -= next * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return offsets;
}

/** An axis counted from the end where it is negative, or undefined where there is none such. */
export function resolveAxis(axis: number, rank: number): number | undefined {
  const resolved = axis < 0 ? axis + rank : axis;
  return Number.isInteger(resolved) && resolved >= 0 && resolved < rank ? resolved : undefined;
}

/** "[2, 3]". */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

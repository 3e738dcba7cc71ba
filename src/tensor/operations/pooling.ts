/** Maxima and means over windows of one or two axes. */
import { isFloat } from "../element-type.ts";
import { apply, type Call, mismatch, type Operation } from "../operation.ts";
import type { Shape } from "../shape.ts";
import { full, type Tensor, type TensorType } from "../tensor.ts";
import { conv2d } from "./convolution.ts";
import { forEachTap, type Pair, pairOf, windowCount } from "./convolution-shape.ts";
import { addRows } from "./indexing.ts";
import { reshape } from "./layout.ts";

/** Sizes along [height, width], or one number for both. */
export interface PoolingOptions {
  /** The window. */
  readonly size: number | Pair;
  /** Steps between windows (default: the window's size, so that they do not overlap). */
  readonly stride?: number | Pair;
  /** Elements beyond both borders, less than the window's size (default 0): no elements to a maximum, zeros to a mean. */
  readonly padding?: number | Pair;
}

interface Windows {
  readonly size: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
}

function pooledShape(name: string, inputs: readonly TensorType[], { size, stride, padding }: Windows): Shape {
  const [x] = inputs as [TensorType];
  const [batch, channels, ...lengths] = x.shape as [number, number, number, number];
  const windows = lengths.map((length, axis) =>
    windowCount(length, size[axis] as number, stride[axis] as number, padding[axis] as number),
  );
  const whole = [...size, ...stride].every((step) => Number.isInteger(step) && step >= 1);
  const borders = padding.every(
    (border, axis) => Number.isInteger(border) && border >= 0 && border < (size[axis] ?? 0),
  );
  const counts = [...x.shape, ...windows].every((length) => length >= 1);
  if (x.shape.length !== 4 || !isFloat(x.elementType) || !whole || !borders || !counts) {
    const expected = `floats [batch, channels, height, width] no smaller than the window ${size}, steps ${stride} of at least 1, and padding ${padding} less than the window,`;
    throw mismatch(name, expected, inputs, "check the options");
  }
  return [batch, channels, ...windows];
}

/** For each window the position in x of its first greatest element; a NaN among the elements is skipped or not. */
function forEachMaximum(
  x: ArrayLike<number>,
  { inputs: [type], output, attributes: { size, stride, padding } }: Call<Windows>,
  visit: (window: number, position: number) => void,
): void {
  const planes = ([batch, channels, ...sizes]: Shape) => [(batch as number) * (channels as number), 1, ...sizes];
  const best = new Int32Array(output.shape.reduce((product, length) => product * length, 1)).fill(-1);
  const attributes = { stride, padding, dilation: [1, 1], groups: 1 } as const;
  forEachTap(planes((type as TensorType).shape), [1, 1, ...size], planes(output.shape), attributes, (inX, _, inY) => {
    const known = best[inY] as number;
    if (known < 0 || (x[inX] as number) > (x[known] as number)) best[inY] = inX;
  });
  best.forEach((position, window) => {
    visit(window, position);
  });
}

function onnxAttributes({ size, stride, padding }: Windows) {
  return { kernel_shape: size, strides: stride, pads: [...padding, ...padding] };
}

export const maxPoolOperation: Operation<Windows> = {
  name: "maxPool",
  infer: (inputs, windows) => ({
    elementType: (inputs[0] as TensorType).elementType,
    shape: pooledShape("maxPool", inputs, windows),
  }),
  evaluate: ([x], result, call) => {
    forEachMaximum(x as typeof result, call, (window, position) => {
      result[window] = x?.[position] as number;
    });
  },
  lower: (graph, inputs, { attributes }) => graph.nodes("MaxPool", inputs, onnxAttributes(attributes), 2)[0] as string,
  // Linear once the places of the maxima are known, so that its derivatives of all orders read and add by index.
  differentiate: ({ inputs: [input], attributes, cotangent }) => {
    const x = input as Tensor;
    const places = apply(maxPoolIndicesOperation, [x], attributes);
    return [reshape(addRows([x.size], places, cotangent), x.shape)];
  },
};

/** Where in the flattened input the maxima stand; shares its node with maxPool. */
export const maxPoolIndicesOperation: Operation<Windows> = {
  name: "maxPoolIndices",
  infer: (inputs, windows) => ({ elementType: "int32", shape: pooledShape("maxPool", inputs, windows) }),
  evaluate: ([x], result, call) => {
    forEachMaximum(x as typeof result, call, (window, position) => {
      result[window] = position;
    });
  },
  lower: (graph, inputs, { attributes }) =>
    graph.cast(graph.nodes("MaxPool", inputs, onnxAttributes(attributes), 2)[1] as string, "int32"),
};

function windowsOf({ size, stride, padding }: PoolingOptions): Windows {
  return { size: pairOf(size), stride: pairOf(stride ?? size), padding: pairOf(padding ?? 0) };
}

/**
 * The greatest element of each window of x [batch, channels, height, width]; of equal ones the first gets the
 * derivative. Where a NaN is in a window the result is left to the backend.
 */
export function maxPool2d(x: Tensor, options: PoolingOptions): Tensor {
  return apply(maxPoolOperation, [x], windowsOf(options));
}

/** The mean of each window of x [batch, channels, height, width]; on the ONNX backend float32 only. */
export function averagePool2d(x: Tensor, options: PoolingOptions): Tensor {
  const { size, stride, padding } = windowsOf(options);
  const [batch, channels, ...windows] = pooledShape("averagePool", [x], { size, stride, padding });
  const planes = reshape(x, [-1, 1, ...x.shape.slice(2)]);
  const weight = full([1, 1, ...size], 1 / (size[0] * size[1]), x.elementType);
  return reshape(conv2d(planes, weight, { stride, padding }), [batch as number, channels as number, ...windows]);
}

/** Options of pooling over one axis; see PoolingOptions. */
export interface Pooling1dOptions {
  readonly size: number;
  readonly stride?: number;
  readonly padding?: number;
}

function overOneAxis(pool: typeof maxPool2d, x: Tensor, { size, stride, padding }: Pooling1dOptions): Tensor {
  if (x.rank !== 3) throw mismatch("pooling", "floats [batch, channels, length]", [x], "reshape it");
  const [batch, channels, length] = x.shape as [number, number, number];
  const pooled = pool(reshape(x, [batch, channels, 1, length]), {
    size: [1, size],
    stride: [1, stride ?? size],
    padding: [0, padding ?? 0],
  });
  return reshape(pooled, [batch, channels, pooled.shape[3] as number]);
}

/** The greatest element of each window of x [batch, channels, length]; see maxPool2d. */
export function maxPool1d(x: Tensor, options: Pooling1dOptions): Tensor {
  return overOneAxis(maxPool2d, x, options);
}

/** The mean of each window of x [batch, channels, length]; see averagePool2d. */
export function averagePool1d(x: Tensor, options: Pooling1dOptions): Tensor {
  return overOneAxis(averagePool2d, x, options);
}

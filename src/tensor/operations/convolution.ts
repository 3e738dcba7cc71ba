/**
 * Convolution over one or two axes (cross-correlation, as everywhere in deep learning):
 *
 *   y[n, o, p] = sum over c, k of w[o, c, k] x[n, c, p stride + k dilation - padding]
 *
 * It is linear in x and in w, so three operations are closed under differentiation: y of (x, w), the adjoint in x of
 * (w, y) and the adjoint in w of (x, y). Each one's derivatives are the other two, to any order.
 */
import type { ElementArray } from "../element-type.ts";
import { requireFloat32 } from "../onnx/float32-only.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { type ConvolutionAttributes, convolvedShape, forEachTap, pairOf } from "./convolution-shape.ts";
import { reshape } from "./layout.ts";

/** Sizes along [height, width], or one number for both. */
export interface ConvolutionOptions {
  /** Steps between windows (default 1). */
  readonly stride?: number | readonly [number, number];
  /** Zeros on both sides of the input (default 0); for other borders use `pad` first. */
  readonly padding?: number | readonly [number, number];
  /** Steps between a window's elements (default 1). */
  readonly dilation?: number | readonly [number, number];
  /** Parts into which channels and outputs are divided, each seeing its own alone (default 1). */
  readonly groups?: number;
}

interface WithShape {
  readonly convolution: ConvolutionAttributes;
  /** Of the result. */
  readonly shape: Shape;
}

/** Sums over all taps in double precision: target += a b. */
function accumulate(result: ElementArray, add: (total: Float64Array) => void): void {
  const total = new Float64Array(result.length);
  add(total);
  result.set(total);
}

function onnxAttributes({ stride, padding, dilation, groups }: ConvolutionAttributes) {
  return { strides: stride, pads: [...padding, ...padding], dilations: dilation, group: groups };
}

export const convolutionOperation: Operation<ConvolutionAttributes> = {
  name: "convolution",
  infer: (inputs, attributes) => {
    const [x, weight] = inputs as [TensorType, TensorType];
    return { elementType: x.elementType, shape: convolvedShape(inputs, attributes, weight.shape.slice(2)) };
  },
  evaluate: ([x, weight], result, { inputs: [typeX, typeW], output, attributes }) => {
    accumulate(result, (total) => {
      forEachTap(
        (typeX as TensorType).shape,
        (typeW as TensorType).shape,
        output.shape,
        attributes,
        (inX, inW, inY) => {
          total[inY] = (total[inY] as number) + (x?.[inX] as number) * (weight?.[inW] as number);
        },
      );
    });
  },
  lower: (graph, inputs, { output, attributes }) => {
    requireFloat32("convolution", output.elementType);
    return graph.node("Conv", inputs, onnxAttributes(attributes));
  },
  differentiate: ({ inputs, attributes, cotangent }) => {
    const [x, weight] = inputs as [Tensor, Tensor];
    return [
      apply(convolutionInputOperation, [weight, cotangent], { convolution: attributes, shape: x.shape }),
      apply(convolutionWeightOperation, [x, cotangent], { convolution: attributes, shape: weight.shape }),
    ];
  },
};

/** The adjoint in x: of weights [O, C / groups, ...] and y [N, O, ...] to the shape of x. */
export const convolutionInputOperation: Operation<WithShape> = {
  name: "convolutionInput",
  infer: (inputs, { shape }) => ({ elementType: (inputs[0] as TensorType).elementType, shape }),
  evaluate: ([weight, y], result, { inputs: [typeW, typeY], attributes: { convolution, shape } }) => {
    accumulate(result, (total) => {
      forEachTap(shape, (typeW as TensorType).shape, (typeY as TensorType).shape, convolution, (inX, inW, inY) => {
        total[inX] = (total[inX] as number) + (weight?.[inW] as number) * (y?.[inY] as number);
      });
    });
  },
  lower: (graph, inputs, { inputs: types, output, attributes: { convolution, shape } }) => {
    requireFloat32("convolution", output.elementType);
    const [weight, y] = inputs as [string, string];
    const kernel = (types[0] as TensorType).shape.slice(2);
    // What the last window leaves over at the end gets no derivative, but belongs to the shape.
    const output_padding = kernel.map((size, axis) => {
      const { stride, padding, dilation } = convolution;
      const extent = (size - 1) * (dilation[axis] as number) + 1;
      return ((shape[axis + 2] as number) + 2 * (padding[axis] as number) - extent) % (stride[axis] as number);
    });
    return graph.node("ConvTranspose", [y, weight], { ...onnxAttributes(convolution), output_padding });
  },
  differentiate: ({ inputs, attributes: { convolution }, cotangent }) => {
    const [weight, y] = inputs as [Tensor, Tensor];
    return [
      apply(convolutionWeightOperation, [cotangent, y], { convolution, shape: weight.shape }),
      apply(convolutionOperation, [cotangent, weight], convolution),
    ];
  },
};

/** The adjoint in w: of x [N, C, ...] and y [N, O, ...] to the shape of the weights. */
export const convolutionWeightOperation: Operation<WithShape> = {
  name: "convolutionWeight",
  infer: (inputs, { shape }) => ({ elementType: (inputs[0] as TensorType).elementType, shape }),
  evaluate: ([x, y], result, { inputs: [typeX, typeY], attributes: { convolution, shape } }) => {
    accumulate(result, (total) => {
      forEachTap((typeX as TensorType).shape, shape, (typeY as TensorType).shape, convolution, (inX, inW, inY) => {
        total[inW] = (total[inW] as number) + (x?.[inX] as number) * (y?.[inY] as number);
      });
    });
  },
  /**
   * Itself a convolution, of x with y as the weights: batch and channels change places, and so do stride and dilation.
   * Windows beyond the kernel's size, which a stride's remainder leaves, are cut off.
   */
  lower: (graph, inputs, { inputs: types, output, attributes: { convolution, shape } }) => {
    requireFloat32("convolution", output.elementType);
    const [x, y] = inputs as [string, string];
    const [batch, channels, ...sizes] = (types[0] as TensorType).shape as [number, number, number, number];
    const { stride, padding, dilation, groups } = convolution;
    const each = channels / groups;
    const parts = graph.node("Reshape", [x, graph.integers([batch, groups, each, ...sizes])]);
    const turned = graph.node("Transpose", [parts], { perm: [2, 1, 0, 3, 4] });
    const images = graph.node("Reshape", [turned, graph.integers([each, groups * batch, ...sizes])]);
    const kernels = graph.node("Transpose", [y], { perm: [1, 0, 2, 3] });
    const exchanged = onnxAttributes({ stride: dilation, padding, dilation: stride, groups });
    const products = graph.node("Conv", [images, kernels], exchanged);
    const ends = graph.integers(shape.slice(2));
    const cut = graph.node("Slice", [products, graph.integers([0, 0]), ends, graph.integers([2, 3])]);
    return graph.node("Transpose", [cut], { perm: [1, 0, 2, 3] });
  },
  differentiate: ({ inputs, attributes: { convolution }, cotangent }) => {
    const [x, y] = inputs as [Tensor, Tensor];
    return [
      apply(convolutionInputOperation, [cotangent, y], { convolution, shape: x.shape }),
      apply(convolutionOperation, [x, cotangent], convolution),
    ];
  },
};

/**
 * x [batch, channels, height, width] with weights [outputs, channels / groups, kernel height, kernel width] to
 * [batch, outputs, ...], each size floor((size + 2 padding - (kernel - 1) dilation - 1) / stride) + 1. A bias is added
 * by `add(y, reshape(bias, [-1, 1, 1]))`. On the ONNX backend float32 only.
 */
export function conv2d(x: Tensor, weight: Tensor, options: ConvolutionOptions = {}): Tensor {
  if (x.rank !== 4 || weight.rank !== 4) {
    const expected = "x [batch, channels, height, width] and weights [outputs, channels / groups, height, width]";
    throw mismatch("conv2d", expected, [x, weight], "reshape them");
  }
  return apply(convolutionOperation, [x, weight], {
    stride: pairOf(options.stride ?? 1),
    padding: pairOf(options.padding ?? 0),
    dilation: pairOf(options.dilation ?? 1),
    groups: options.groups ?? 1,
  });
}

/** Options of conv1d; see ConvolutionOptions. */
export interface Convolution1dOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** x [batch, channels, length] with weights [outputs, channels / groups, kernel] to [batch, outputs, ...]; see conv2d. */
export function conv1d(x: Tensor, weight: Tensor, options: Convolution1dOptions = {}): Tensor {
  if (x.rank !== 3 || weight.rank !== 3) {
    const expected = "x [batch, channels, length] and weights [outputs, channels / groups, length]";
    throw mismatch("conv1d", expected, [x, weight], "reshape them");
  }
  const flat = ([first, second, length]: Shape) => [first as number, second as number, 1, length as number];
  const y = conv2d(reshape(x, flat(x.shape)), reshape(weight, flat(weight.shape)), {
    stride: [1, options.stride ?? 1],
    padding: [0, options.padding ?? 0],
    dilation: [1, options.dilation ?? 1],
    groups: options.groups ?? 1,
  });
  return reshape(y, [x.shape[0] as number, weight.shape[0] as number, sizeOf(y.shape.slice(2))]);
}

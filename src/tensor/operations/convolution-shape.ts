/** Windows over two axes: their number, and which element of the input each of their elements reads. */
import { isFloat } from "../element-type.ts";
import { mismatch } from "../operation.ts";
import type { Shape } from "../shape.ts";
import type { TensorType } from "../tensor.ts";

/** One number along height, one along width. */
export type Pair = readonly [number, number];

/** Sizes along [height, width]. */
export interface ConvolutionAttributes {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

/** One number stands for both axes. */
export function pairOf(value: number | Pair): Pair {
  return typeof value === "number" ? [value, value] : value;
}

/** How many windows fit along an axis. */
export function windowCount(length: number, size: number, stride: number, padding: number, dilation = 1): number {
  return Math.floor((length + 2 * padding - (size - 1) * dilation - 1) / stride) + 1;
}

/** The shape of y of x [N, C, H, W] and weights [O, C / groups, ...kernel]. Throws ShapeError where they do not fit. */
export function convolvedShape(
  inputs: readonly TensorType[],
  { stride, padding, dilation, groups }: ConvolutionAttributes,
  kernel: Shape,
): Shape {
  const [x, weight] = inputs as [TensorType, TensorType];
  const [batch, channels, ...sizes] = x.shape as [number, number, number, number];
  const [outputs, each] = weight.shape as [number, number];
  const steps = [...stride, ...dilation, groups].every((step) => Number.isInteger(step) && step >= 1);
  const borders = padding.every((border) => Number.isInteger(border) && border >= 0);
  if (!steps || !borders) {
    const received = `stride ${stride}, padding ${padding}, dilation ${dilation}, groups ${groups}`;
    throw mismatch(
      "convolution",
      `whole steps of at least 1 and padding of at least 0, not ${received},`,
      inputs,
      "check",
    );
  }
  const channelsFit = channels === each * groups && outputs % groups === 0;
  if (!channelsFit || x.elementType !== weight.elementType || !isFloat(x.elementType)) {
    const expected = `x [batch, channels, ...] and weights [outputs, channels / ${groups}, ...] of one float type, outputs a multiple of ${groups},`;
    throw mismatch("convolution", expected, inputs, "check channels and groups");
  }
  const windows = sizes.map((length, axis) => {
    return windowCount(
      length,
      kernel[axis] as number,
      stride[axis] as number,
      padding[axis] as number,
      dilation[axis] as number,
    );
  });
  if ([...x.shape, ...weight.shape, ...windows].some((length) => length < 1)) {
    throw mismatch(
      "convolution",
      "arrays without empty axes, and an input no smaller than the kernel",
      inputs,
      "pad it",
    );
  }
  return [batch, outputs, ...windows];
}

/** Calls `visit` with the offsets in x, w and y of every product w[o, c, k] x[n, c, p stride + k dilation - padding]. */
export function forEachTap(
  x: Shape,
  weight: Shape,
  y: Shape,
  { stride, padding, dilation, groups }: ConvolutionAttributes,
  visit: (inX: number, inWeight: number, inY: number) => void,
): void {
  const [batch, channels, height, width] = x as [number, number, number, number];
  const [outputs, each, rows, columns] = weight as [number, number, number, number];
  const [, , down, across] = y as [number, number, number, number];
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      const firstChannel = Math.floor(o / (outputs / groups)) * each;
      for (let c = 0; c < each; c++) {
        const plane = (n * channels + firstChannel + c) * height;
        const kernel = (o * each + c) * rows;
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            const inWeight = (kernel + row) * columns + column;
            for (let p = 0; p < down; p++) {
              const i = p * stride[0] + row * dilation[0] - padding[0];
              if (i < 0 || i >= height) continue;
              for (let q = 0; q < across; q++) {
                const j = q * stride[1] + column * dilation[1] - padding[1];
                if (j < 0 || j >= width) continue;
                visit((plane + i) * width + j, inWeight, ((n * outputs + o) * down + p) * across + q);
              }
            }
          }
        }
      }
    }
  }
}

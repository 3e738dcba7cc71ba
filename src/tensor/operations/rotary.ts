/** Rotary position embedding (Su et al. 2021, 2104.09864), the half-split form of the Llama family. */
import { type ElementArray, isFloat } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { neg } from "./elementwise.ts";

/** How heads and positions are laid out. */
export interface RotaryOptions {
  /** The axis of positions: 2 in [batch, heads, positions, size] (default), 1 in [batch, positions, heads, size]. */
  readonly positionAxis?: 1 | 2;
}

/** The options of a call, and sizes as the heads' axes give them. */
function sizesOf(shape: Shape, { positionAxis }: Required<RotaryOptions>) {
  const [batch, , , size] = shape as [number, number, number, number];
  return { batch, heads: shape[3 - positionAxis] as number, length: shape[positionAxis] as number, size };
}

export const rotaryOperation: Operation<Required<RotaryOptions>> = {
  name: "rotary",
  infer: (inputs, attributes) => {
    const [x, cosine, sine] = inputs as [TensorType, TensorType, TensorType];
    const { batch, length, size } = sizesOf(x.shape, attributes);
    const [rows, positions, half] = cosine.shape;
    const fits =
      x.shape.length === 4 &&
      cosine.shape.length === 3 &&
      (rows === batch || rows === 1) &&
      positions === length &&
      (half as number) * 2 === size &&
      sine.shape.join() === cosine.shape.join() &&
      isFloat(x.elementType) &&
      cosine.elementType === x.elementType &&
      sine.elementType === x.elementType;
    if (!fits) {
      const expected =
        "heads [batch, heads, positions, size] (or positions before heads, with positionAxis 1) and cosines, sines " +
        "[batch or 1, positions, size / 2] of one float type";
      throw mismatch("rotary", expected, inputs, "make the tables for these positions");
    }
    return { elementType: x.elementType, shape: x.shape };
  },
  evaluate: (inputs, result, call) => {
    const [x, cosine, sine] = inputs as [ElementArray, ElementArray, ElementArray];
    const { batch, heads, length, size } = sizesOf(call.output.shape, call.attributes);
    const half = size / 2;
    const headsFirst = call.attributes.positionAxis === 2;
    const shared = (call.inputs[1] as TensorType).shape[0] === 1;
    for (let lane = 0; lane < batch * heads * length; lane++) {
      const row = shared ? 0 : Math.floor(lane / (heads * length));
      const position = headsFirst ? lane % length : Math.floor(lane / heads) % length;
      const angle = (row * length + position) * half;
      for (let index = 0; index < half; index++) {
        const first = x[lane * size + index] as number;
        const second = x[lane * size + half + index] as number;
        const c = cosine[angle + index] as number;
        const s = sine[angle + index] as number;
        result[lane * size + index] = first * c - second * s;
        result[lane * size + half + index] = second * c + first * s;
      }
    }
  },
  lower: (graph, inputs, call) => {
    const [x, cosine, sine] = inputs as [string, string, string];
    const { batch, heads, length, size } = sizesOf(call.output.shape, call.attributes);
    const headsFirst = call.attributes.positionAxis === 2;
    const half = size / 2;
    const [rows] = (call.inputs[1] as TensorType).shape;
    if (call.output.elementType === "float32") {
      // The fused kernel reads rows of one table by position ids: row b * length + t for sequence b.
      const count = (rows as number) * length;
      const ids = new BigInt64Array(batch * length);
      for (let index = 0; index < ids.length; index++) ids[index] = BigInt(index % count);
      const positions = graph.node("Reshape", [graph.integers([...ids].map(Number)), graph.integers([batch, length])]);
      const table = graph.integers([count, half]);
      const tables = [cosine, sine].map((angles) => graph.node("Reshape", [angles, table]));
      const rotate = (rows: string) => graph.node("com.microsoft:RotaryEmbedding", [rows, positions, ...tables]);
      if (headsFirst) return rotate(x);
      // Heads of one position stand together in rows of three axes.
      const joinedShape = [batch, length, heads * size];
      return graph.reshape(rotate(graph.reshape(x, call.output.shape, joinedShape)), joinedShape, call.output.shape);
    }
    const axis = graph.integers([3]);
    const [first, second] = [0, half].map((start) =>
      graph.node("Slice", [x, graph.integers([start]), graph.integers([start + half]), axis]),
    ) as [string, string];
    const shape = graph.integers(headsFirst ? [rows as number, 1, length, half] : [rows as number, length, 1, half]);
    const [c, s] = [cosine, sine].map((angles) => graph.node("Reshape", [angles, shape])) as [string, string];
    const product = (a: string, b: string) => graph.node("Mul", [a, b]);
    const low = graph.node("Sub", [product(first, c), product(second, s)]);
    const high = graph.node("Add", [product(second, c), product(first, s)]);
    return graph.node("Concat", [low, high], { axis: 3 });
  },
  // A rotation's adjoint is the rotation back.
  differentiate: ({ inputs, attributes, cotangent }) => {
    const [, cosine, sine] = inputs as [Tensor, Tensor, Tensor];
    return [rotary(cotangent, cosine, neg(sine), attributes), undefined, undefined];
  },
};

/**
 * Rotates pairs (x[i], x[i + size/2]) of heads [batch, heads, positions, size] by the angles whose cosines and sines
 * [batch or 1, positions, size / 2] are given; the angles count as constant.
 */
export function rotary(x: Tensor, cosine: Tensor, sine: Tensor, options: RotaryOptions = {}): Tensor {
  return apply(rotaryOperation, [x, cosine, sine], { positionAxis: options.positionAxis ?? 2 });
}

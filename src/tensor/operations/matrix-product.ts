/** Products of matrices, batched over leading axes. */
import { type ElementArray, type ElementType, isFloat } from "../element-type.ts";
import type { OnnxGraph } from "../onnx/onnx-graph.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { broadcastShapes, broadcastStrides, type Shape, sizeOf, stridedOffsets } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { reshape } from "./layout.ts";
import { sumTo } from "./reduction.ts";

/** What is done to the factors, in the same kernel. */
export interface MatrixProductOptions {
  /** Use a's last two axes exchanged (default false). */
  readonly transposeA?: boolean;
  /** Use b's last two axes exchanged (default false). */
  readonly transposeB?: boolean;
  /** Factor of the product (default 1). */
  readonly scale?: number;
}

type Attributes = Required<MatrixProductOptions>;

/** Rows and columns as the product sees them. */
function matrixSize(shape: Shape, transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

/** A value of an ONNX graph. */
interface Factor {
  readonly value: string;
  readonly shape: Shape;
}

/** Its last two axes exchanged. */
function exchanged(graph: OnnxGraph, { value, shape }: Factor): Factor {
  const exchange = <T>(axes: readonly T[]): T[] => [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  return { value: graph.transpose(value, exchange(shape.map((_, axis) => axis))), shape: exchange(shape) };
}

function lowerProduct(
  graph: OnnxGraph,
  left: Factor,
  right: Factor,
  options: { readonly transposeRight: boolean; readonly scale: number; readonly elementType: ElementType },
): Factor {
  const { transposeRight, scale, elementType } = options;
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2)) as Shape;
  const shape = [...batch, left.shape.at(-2) as number, right.shape.at(transposeRight ? -2 : -1) as number];
  if (elementType === "float32" && (transposeRight || scale !== 1)) {
    const attributes = { transB: Number(transposeRight), alpha: { float: scale } };
    return { value: graph.node("com.microsoft:FusedMatMul", [left.value, right.value], attributes), shape };
  }
  const value = graph.node("MatMul", [left.value, (transposeRight ? exchanged(graph, right) : right).value]);
  return { value: scale === 1 ? value : graph.node("Mul", [value, graph.scalar(scale, elementType)]), shape };
}

/**
 * Into how many parts a sum over `length` terms is cut: rows of a transposed factor that are longer than this and of
 * a power of two's length displace each other in the first-level cache.
 */
const longestPart = 512;

/** Numbers in both factors together below which the nodes of transposes take longer than what they save. */
const smallFactors = 50_000;

function partsOf(length: number, elementType: ElementType): number {
  return elementType === "float32" && length > 0 && length % longestPart === 0 ? length / longestPart : 1;
}

/** [parts n, columns] as [parts, n, columns]. */
function inParts(graph: OnnxGraph, factor: Factor, parts: number): Factor {
  if (parts === 1) return factor;
  const [length, columns] = factor.shape as [number, number];
  const shape = [parts, length / parts, columns];
  return { value: graph.reshape(factor.value, factor.shape, shape), shape };
}

/** [parts, rows, columns] to [rows, columns], as a product with ones, which is faster than ReduceSum. */
function sumOfParts(graph: OnnxGraph, { value, shape }: Factor, parts: number): Factor {
  if (parts === 1) return { value, shape };
  const [, rows, columns] = shape as [number, number, number];
  const flat = graph.reshape(value, shape, [parts, rows * columns]);
  const ones = graph.constant(new Float32Array(parts).fill(1), [1, parts], "float32");
  const total = graph.node("MatMul", [ones, flat]);
  return { value: graph.reshape(total, [1, rows * columns], [rows, columns]), shape: [rows, columns] };
}

export const matrixProductOperation: Operation<Attributes> = {
  name: "matrixProduct",
  infer: (inputs, attributes) => {
    const [a, b] = inputs as [TensorType, TensorType];
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const [rows, innerA] = matrixSize(a.shape, attributes.transposeA);
    const [innerB, columns] = matrixSize(b.shape, attributes.transposeB);
    const fits = a.shape.length >= 2 && b.shape.length >= 2 && innerA === innerB && a.elementType === b.elementType;
    const typed = isFloat(a.elementType) || (a.elementType === "int32" && attributes.scale === 1);
    if (!fits || !typed || batch === undefined) {
      const form = `${attributes.transposeA ? "[..., k, m]" : "[..., m, k]"} and ${attributes.transposeB ? "[..., n, k]" : "[..., k, n]"}`;
      throw mismatch(
        "matrixProduct",
        `${form}, both of one float type (or int32, unscaled),`,
        inputs,
        "check the inner sizes and transposes",
      );
    }
    return { elementType: a.elementType, shape: [...batch, rows, columns] };
  },
  evaluate: (inputs, result, { inputs: types, output, attributes }) => {
    const [a, b] = inputs as [ElementArray, ElementArray];
    const [typeA, typeB] = types as [TensorType, TensorType];
    const [rows, inner] = matrixSize(typeA.shape, attributes.transposeA);
    const columns = output.shape.at(-1) as number;
    const integers = output.elementType === "int32";
    const batch = output.shape.slice(0, -2);
    const starts = (shape: Shape) => stridedOffsets(batch, broadcastStrides(shape.slice(0, -2), batch));
    const startsA = starts(typeA.shape);
    const startsB = starts(typeB.shape);
    const [rowA, innerA] = attributes.transposeA ? [1, rows] : [inner, 1];
    const [innerB, columnB] = attributes.transposeB ? [1, inner] : [columns, 1];
    for (let matrix = 0; matrix < startsA.length; matrix++) {
      const startA = (startsA[matrix] as number) * rows * inner;
      const startB = (startsB[matrix] as number) * inner * columns;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          let total = 0;
          for (let k = 0; k < inner; k++) {
            const left = a[startA + row * rowA + k * innerA] as number;
            const right = b[startB + k * innerB + column * columnB] as number;
            total += integers ? Math.imul(left, right) : left * right;
          }
          result[(matrix * rows + row) * columns + column] = total * attributes.scale;
        }
      }
    }
  },
  lower: (graph, inputs, { inputs: types, output, attributes }) => {
    const [typeA, typeB] = types as [TensorType, TensorType];
    const a = { value: inputs[0] as string, shape: typeA.shape };
    const b = { value: inputs[1] as string, shape: typeB.shape };
    const { transposeA, transposeB, scale } = attributes;
    const product = (left: Factor, right: Factor, transposeRight: boolean): Factor =>
      lowerProduct(graph, left, right, { transposeRight, scale, elementType: output.elementType });
    if (!transposeA) return product(a, b, transposeB).value;
    if (output.elementType === "float32" && !transposeB && sizeOf(a.shape) + sizeOf(b.shape) < smallFactors) {
      return graph.node("com.microsoft:FusedMatMul", [a.value, b.value], { transA: 1, alpha: { float: scale } });
    }
    if (transposeB) return product(exchanged(graph, a), b, true).value;
    // ONNX Runtime is slow at transposing a left factor within a product, so the smaller factor is transposed before it:
    // A^T B, or (B^T A)^T. Sums over very many rows, such as gradients of weights, are made in parts.
    const [rows, columns] = output.shape.slice(-2) as [number, number];
    const parts = output.shape.length === 2 ? partsOf(typeA.shape[0] as number, output.elementType) : 1;
    const [left, right] = [a, b].map((factor) => inParts(graph, factor, parts)) as [Factor, Factor];
    return columns > rows
      ? sumOfParts(graph, product(exchanged(graph, left), right, false), parts).value
      : exchanged(graph, sumOfParts(graph, product(exchanged(graph, right), left, false), parts)).value;
  },
  // With A, B the factors as used: dA = dC B^T, dB = A^T dC; each then transposed back if its factor was.
  differentiate: ({ inputs, attributes: { transposeA, transposeB, scale }, cotangent }) => {
    const [a, b] = inputs as [Tensor, Tensor];
    const byA = transposeA
      ? matrixProduct(b, cotangent, { transposeA: transposeB, transposeB: true, scale })
      : matrixProduct(cotangent, b, { transposeB: !transposeB, scale });
    const byB = transposeB
      ? matrixProduct(cotangent, a, { transposeA: true, transposeB: transposeA, scale })
      : matrixProduct(a, cotangent, { transposeA: !transposeA, scale });
    return [sumTo(byA, a.shape), sumTo(byB, b.shape)];
  },
};

/**
 * scale * A B over the last two axes, [..., m, k] and [..., k, n] to [..., m, n]; leading axes broadcast.
 * A matrix on the right of a batch is applied to all its rows at once.
 */
export function matrixProduct(a: Tensor, b: Tensor, options: MatrixProductOptions = {}): Tensor {
  const attributes = { transposeA: false, transposeB: false, scale: 1, ...options };
  if (a.rank > 2 && b.rank === 2 && !attributes.transposeA) {
    const rows = reshape(a, [-1, a.shape.at(-1) as number]);
    const product = apply(matrixProductOperation, [rows, b], attributes);
    return reshape(product, [...a.shape.slice(0, -1), sizeOf(product.shape.slice(1))]);
  }
  return apply(matrixProductOperation, [a, b], attributes);
}

/** x W^T for rows x [..., in] and weights W [out, in], as in Hugging Face's and PyTorch's checkpoints. */
export function linear(x: Tensor, weight: Tensor): Tensor {
  return matrixProduct(x, weight, { transposeB: true });
}

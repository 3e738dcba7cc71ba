/** Products of matrices, batched over leading axes. */
import { type ElementArray, isFloat } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { broadcastShapes, broadcastStrides, type Shape, sizeOf, stridedOffsets } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { reshape } from "./layout.ts";
import { sumTo } from "./reduction.ts";

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
    const { transposeA, transposeB, scale } = attributes;
    if (!transposeA && !transposeB && scale === 1) return graph.node("MatMul", inputs);
    if (output.elementType === "float32") {
      return graph.node("com.microsoft:FusedMatMul", inputs, {
        transA: Number(transposeA),
        transB: Number(transposeB),
        alpha: { float: scale },
      });
    }
    const factors = inputs.map((input, position) => {
      if (!(position === 0 ? transposeA : transposeB)) return input;
      const axes = (types[position] as TensorType).shape.map((_, axis) => axis);
      return graph.node("Transpose", [input], { perm: [...axes.slice(0, -2), ...axes.slice(-2).reverse()] });
    });
    const product = graph.node("MatMul", factors);
    return scale === 1 ? product : graph.node("Mul", [product, graph.scalar(scale, output.elementType)]);
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

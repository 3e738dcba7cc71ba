/** Element types of arrays and the typed arrays that hold them. Booleans are bytes 0 and 1. */

/** The type of an array's elements. */
export type ElementType = "float32" | "float64" | "int32" | "bool";
/** The typed array that holds elements: Float32Array, Float64Array, Int32Array, and Uint8Array for booleans. */
export type ElementArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A zeroed typed array for `length` elements. */
export function allocate(elementType: ElementType, length: number): ElementArray {
  switch (elementType) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "int32":
      return new Int32Array(length);
    case "bool":
      return new Uint8Array(length);
  }
}

/** The element type that a typed array holds, undefined for arrays of other kinds. */
export function elementTypeOf(data: ArrayBufferView): ElementType | undefined {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Uint8Array ? "bool" : undefined;
}

/** Whether derivatives flow through arrays of this type. */
export function isFloat(elementType: ElementType): boolean {
  return elementType === "float32" || elementType === "float64";
}

/** Element types of arrays and the typed arrays that hold them. Booleans are bytes 0 and 1. */

export type ElementType = "float32" | "float64" | "int32" | "bool";
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

/** The element type that a typed array holds. */
export function elementTypeOf(data: ElementArray): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return "bool";
}

/** Whether derivatives flow through arrays of this type. */
export function isFloat(elementType: ElementType): boolean {
  return elementType === "float32" || elementType === "float64";
}

/** Operations that ONNX Runtime has no kernel for in double precision. */
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import type { ElementType } from "../element-type.ts";

/** Throws UnsupportedCapabilityError, naming the operation, where the element type is not float32. */
export function requireFloat32(operation: string, elementType: ElementType): void {
  if (elementType === "float32") return;
  throw new UnsupportedCapabilityError({
    expected: `${operation} of float32 on the ONNX backend`,
    received: elementType,
    remedy: 'cast to float32, or compile with { backend: "reference" }',
  });
}

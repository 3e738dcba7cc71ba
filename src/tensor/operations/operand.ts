/** Operands of elementwise operations: tensors, or numbers that take the other operand's element type. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { full, Tensor } from "../tensor.ts";

/** A tensor, or a number that takes the other operand's element type. */
export type Operand = Tensor | number;

/** Both operands as tensors. Throws InvalidArgumentError where neither is one. */
export function operands(a: Operand, b: Operand): [Tensor, Tensor] {
  const typed = a instanceof Tensor ? a : b;
  if (!(typed instanceof Tensor)) {
    throw new InvalidArgumentError({
      expected: "at least one tensor",
      received: `the numbers ${a} and ${b}`,
      remedy: "use plain arithmetic, or wrap one with tensor(...)",
    });
  }
  const wrap = (operand: Operand) => (operand instanceof Tensor ? operand : full([], operand, typed.elementType));
  return [wrap(a), wrap(b)];
}

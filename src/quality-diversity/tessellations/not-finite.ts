import { NumericalError } from "../../core/errors/numerical-error.ts";

/** The error for a descriptor that holds NaN or infinity. */
export function descriptorNotFinite(value: number, dimension: number, row: number): NumericalError {
  return new NumericalError({
    expected: "descriptors that are finite numbers",
    received: `${value} in dimension ${dimension} of row ${row}`,
    remedy: "leave out what cannot be described before adding it",
  });
}

/** What a call counts as that gave no result. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { KeyRefusedError } from "../endpoints/errors/key-refused-error.ts";
import { MissingKeyError } from "../endpoints/errors/missing-key-error.ts";
import { MissingPackageError } from "../endpoints/errors/missing-package-error.ts";
import { QuotaExhaustedError } from "../endpoints/errors/quota-exhausted-error.ts";
import { RequestRefusedError } from "../endpoints/errors/request-refused-error.ts";
import { type CallCost, noCost } from "./call-cost.ts";

/** Raised before anything is sent, or by an endpoint that refuses to answer: no provider charges for these. */
const unchargedErrors = [
  InvalidArgumentError,
  UnsupportedCapabilityError,
  MissingKeyError,
  MissingPackageError,
  KeyRefusedError,
  QuotaExhaustedError,
  RequestRefusedError,
];

/** Nothing where the failure proves that nobody charges for it; otherwise all that was reserved, as it may be charged. */
export function costOfFailure(error: unknown, reserved: CallCost): CallCost {
  return unchargedErrors.some((kind) => error instanceof kind) ? noCost : reserved;
}

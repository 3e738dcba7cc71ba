export * from "./endpoint-error.ts";
export * from "./endpoint-unavailable-error.ts";
export * from "./key-refused-error.ts";
export * from "./missing-key-error.ts";
export * from "./missing-package-error.ts";
export * from "./quota-exhausted-error.ts";
export * from "./request-refused-error.ts";

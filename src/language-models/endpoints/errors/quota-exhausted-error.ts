import { EndpointError } from "./endpoint-error.ts";

/** Paid or granted calls are used up (often told as HTTP 429 as well, where waiting does not help). */
export class QuotaExhaustedError extends EndpointError {}

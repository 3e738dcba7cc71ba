import { EndpointError } from "./endpoint-error.ts";

/** A key that the endpoint does not, or no longer, accept (HTTP 401 or 403). */
export class KeyRefusedError extends EndpointError {}

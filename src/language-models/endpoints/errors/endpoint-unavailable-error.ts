import { EndpointError } from "./endpoint-error.ts";

/** An endpoint that answers nobody: out of reach, failing, silent, or no API at all, after all repetitions. */
export class EndpointUnavailableError extends EndpointError {}

import { EndpointError } from "./endpoint-error.ts";

/** An endpoint refused the very first request as wrong (HTTP 4xx): a model or a setting that it does not know. */
export class RequestRefusedError extends EndpointError {}

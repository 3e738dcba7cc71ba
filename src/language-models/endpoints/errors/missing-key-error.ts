import { EndpointError } from "./endpoint-error.ts";

/** No key in the environment; noticed before anything is sent. */
export class MissingKeyError extends EndpointError {}

/** An endpoint whose first answer to a request may go wrong, in a way that the request decides. */
import type { Fault } from "../endpoint/fault.ts";
import type { EndpointRequest } from "../endpoint/fault-injecting-endpoint.ts";

/** The share of all requests that goes wrong in each way, the first time. */
export const firstFaults: readonly (readonly [Fault, number])[] = [
  ["rate-limit-with-retry-after", 0.05],
  ["rate-limit", 0.005],
  ["server-error", 0.01],
  ["unavailable", 0.005],
  ["cut", 0.01],
  ["reset", 0.01],
  ["broken-json", 0.02],
  ["wrong-content-type", 0.02],
  ["empty", 0.03],
  ["content-filter", 0.03],
  ["invalid-utf8", 0.01],
];

/** A number in [0, 1) that follows from a request. */
export function drawOf({ content }: Pick<EndpointRequest, "content">, from = 0): number {
  return Number.parseInt(content.slice(from, from + 6), 16) / 2 ** 24;
}

/** What becomes of a request. */
export function faultOfFirst(request: EndpointRequest): Fault | undefined {
  if (request.attempt > 0) return undefined;
  let left = drawOf(request);
  for (const [fault, share] of firstFaults) {
    left -= share;
    if (left < 0) return fault;
  }
  return undefined;
}

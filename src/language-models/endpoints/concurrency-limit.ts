/**
 * How many requests may be under way at once: additive increase, multiplicative decrease (Chiu and Jain, "Analysis of
 * the Increase and Decrease Algorithms for Congestion Avoidance in Computer Networks", 1989).
 *
 * A whole round of successes adds one; a request that met a limit halves, but only where it began after the last
 * halving, as all that were under way together met the same limit.
 */

/** An immutable state of the limit. */
export interface ConcurrencyLimit {
  /** At least 1; its whole part may be under way. */
  readonly allowed: number;
  readonly maximum: number;
  /** How often it was halved; a request remembers it from its start. */
  readonly halvings: number;
}

export function concurrencyLimit(maximum: number): ConcurrencyLimit {
  return { allowed: maximum, maximum, halvings: 0 };
}

/** After a request that went well. */
export function raised(limit: ConcurrencyLimit): ConcurrencyLimit {
  return { ...limit, allowed: Math.min(limit.maximum, limit.allowed + 1 / limit.allowed) };
}

/** After a request that met the endpoint's limit and began when there had been so many halvings. */
export function halved(limit: ConcurrencyLimit, halvingsAtStart: number): ConcurrencyLimit {
  if (halvingsAtStart < limit.halvings) return limit;
  return { ...limit, allowed: Math.max(1, limit.allowed / 2), halvings: limit.halvings + 1 };
}

/** The most probable tokens of a row of scores. */

/** A token that could have come. */
export interface TokenAlternative {
  readonly token: number;
  /** Natural log, at temperature 1. */
  readonly logProbability: number;
}

/**
 * The tokens with the greatest of some scores, the greatest first, equal ones in order of their ids.
 * @param scores of the whole vocabulary @param normaliser the logarithm of the sum of their exponentials
 */
export function mostProbable(scores: Float32Array, count: number, normaliser: number): TokenAlternative[] {
  const best: number[] = [];
  const scoreOf = (token: number) => scores[token] as number;
  for (let token = 0; token < scores.length; token++) {
    if (best.length === count && !(count > 0 && scoreOf(token) > scoreOf(best[count - 1] as number))) continue;
    let place = best.length;
    while (place > 0 && scoreOf(best[place - 1] as number) < scoreOf(token)) place--;
    best.splice(place, 0, token);
    if (best.length > count) best.pop();
  }
  return best.map((token) => ({ token, logProbability: scoreOf(token) - normaliser }));
}

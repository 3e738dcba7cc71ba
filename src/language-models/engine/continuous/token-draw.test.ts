import fc from "fast-check";
import { expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { drawNucleusToken } from "../token-choice.ts";
import { blockSize } from "./token-choice-graph.ts";
import { drawBlock, drawFromBlock, drawFromNucleus, greatestOfBlock } from "./token-draw.ts";

const blocks = 3;
const random = new RandomStream(1);
/** Mostly improbable tokens and a few probable ones, less the greatest; block 1 cannot be drawn. */
const scores = Float32Array.from({ length: blocks * blockSize }, (_, token) => {
  if (Math.floor(token / blockSize) === 1) return -1e9;
  return token % 100 === 5 ? -random.uniform() : -8 - 4 * random.uniform();
});
scores[305] = 0;

function running(sharpness: number): Float32Array {
  let total = 0;
  return Float32Array.from({ length: blocks }, (_, block) => {
    for (const score of scores.subarray(block * blockSize, (block + 1) * blockSize))
      total += Math.exp(score * sharpness);
    return total;
  });
}

function draw(uniform: number, sharpness: number): number {
  const sums = running(sharpness);
  const block = drawBlock(sums, uniform);
  const blockScores = scores.subarray(block * blockSize, (block + 1) * blockSize);
  return drawFromBlock({ running: sums, block, blockScores }, uniform, sharpness).token;
}

test.each([1, 0.5, 3])("two stages draw by inversion over the whole vocabulary, sharpness %d", (sharpness) => {
  const masses = Array.from(scores, (score) => Math.exp(score * sharpness));
  const whole = masses.reduce((a, b) => a + b, 0);
  let before = 0;
  masses.forEach((mass, token) => {
    // The middle of a token's share of [0, 1), away from where rounding decides.
    if (mass / whole > 1e-5) expect(draw((before + mass / 2) / whole, sharpness)).toBe(token);
    before += mass;
  });
});

test("every uniform number gives a token that can be drawn", () => {
  const extremes = [0, 2 ** -53, 1 - 2 ** -53, 0.5];
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...extremes), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (uniform) => {
        expect(scores[draw(uniform, 1)]).toBeGreaterThan(-100);
      },
    ),
  );
});

test("the greatest of a block, the first of equals", () => {
  const blockScores = new Float32Array(blockSize).fill(-2);
  blockScores[7] = 0;
  blockScores[90] = 0;
  expect(greatestOfBlock({ running: new Float32Array(3), block: 2, blockScores })).toEqual({ token: 263, score: 0 });
});

test("the nucleus is that of the small vocabularies' rule", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.constantFrom(1, 0.25, 2),
      (topP, uniform, sharpness) => {
        const masses = Float64Array.from(scores, (score) => Math.exp(score * sharpness));
        const mass = masses.reduce((a, b) => a + b, 0);
        const probabilities = Float32Array.from(masses, (value) => value / mass);
        const stream = { uniform: () => uniform } as RandomStream;
        const expected = drawNucleusToken(probabilities, 0, scores.length, topP, stream);
        const { token } = drawFromNucleus(scores, { mass, topP, uniform, sharpness });
        // Sums in another precision may differ at a border: then nothing of note lies between the two.
        const order = Array.from(probabilities.keys()).sort(
          (one, other) => (probabilities[other] as number) - (probabilities[one] as number) || one - other,
        );
        const [first, second] = [order.indexOf(token), order.indexOf(expected)].sort((one, other) => one - other);
        const between = order.slice((first as number) + 1, second as number);
        expect(between.reduce((sum, one) => sum + (probabilities[one] as number), 0)).toBeLessThan(1e-5);
      },
    ),
  );
});

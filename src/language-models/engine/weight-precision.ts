/** How a large model's weights are multiplied. */
export const weightPrecisions = ["float32", "4-bit"] as const;

/** As they are, or rounded to 4 bits (the output's to 8), which is faster for few sequences and gives other probabilities. */
export type WeightPrecision = (typeof weightPrecisions)[number];

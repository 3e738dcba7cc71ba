import { gzipSync } from "node:zlib";
import type { Measure } from "../measure.ts";
import { partInWords, partSuffix, type RowPart, rowText } from "../row-text.ts";

/** Deflate writes at most 258 bytes for two bits: no input shrinks further than this. */
const GREATEST_RATIO = 1032;

/** Settings of the compression ratio. */
export interface CompressionRatioOptions {
  /** Default "completion". */
  readonly part?: RowPart;
}

/**
 * How much smaller gzip (level 9) makes the texts, one a line: bytes before / bytes after; NaN where there is no byte.
 * Builds of zlib differ by a few bytes; gzip looks back 32 KiB, so the order of rows matters a little.
 */
export function compressionRatio(options: CompressionRatioOptions = {}): Measure {
  const { part = "completion" } = options;
  return {
    name: `compression-ratio${partSuffix(part)}`,
    axis: "diversity",
    description: `How many times smaller gzip makes the ${partInWords(part)}, one after the other`,
    formula: "bytes of the joined texts / bytes after gzip",
    source: "Shaib et al. 2024, 2403.00553",
    range: [0, GREATEST_RATIO],
    higherMeans: "less diverse",
    cost: "linear",
    dependsOnSize: true,
    dependsOnOrder: true,
    compute(rows) {
      const bytes = Buffer.from(rows.map((row) => rowText(row, part)).join("\n"));
      return bytes.length === 0 ? Number.NaN : bytes.length / gzipSync(bytes, { level: 9 }).length;
    },
  };
}

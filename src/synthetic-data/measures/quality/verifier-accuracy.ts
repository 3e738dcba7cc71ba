import type { DataRow, Measure } from "../measure.ts";
import { rowMeanMeasure } from "../row-mean-measure.ts";

/** Where a row's verdict comes from. */
export interface VerifierAccuracyOptions {
  /** The attribute with the verdict, true or false; default "correct". Not read where `verify` is given. */
  readonly attribute?: string;
  /** An exact check of the row: unit tests, the final answer; undefined where it cannot tell. */
  readonly verify?: (row: DataRow) => boolean | undefined | Promise<boolean | undefined>;
}

/** The share of rows that an exact verifier calls right, in [0, 1], over those that have a verdict; NaN where none has. */
export function verifierAccuracy(options: VerifierAccuracyOptions = {}): Measure {
  const { attribute = "correct", verify } = options;
  const fromAttribute = (row: DataRow) => {
    const value = row.attributes?.[attribute];
    return typeof value === "boolean" ? Number(value) : undefined;
  };
  const fromVerifier = async (row: DataRow) => {
    const verdict = await verify?.(row);
    return verdict === undefined ? undefined : Number(verdict);
  };
  return rowMeanMeasure({
    name: "verifier-accuracy",
    axis: "quality",
    description: `Share of rows that the exact verifier calls right${verify === undefined ? ` (attribute ${JSON.stringify(attribute)})` : ""}`,
    formula: "right rows / rows with a verdict",
    source: "Havrilla et al. 2024, 2412.02980",
    range: [0, 1],
    higherMeans: "better",
    valueOfRow: verify === undefined ? fromAttribute : fromVerifier,
  });
}

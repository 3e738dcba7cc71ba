import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../core/quoted-text.ts";

/** Throws InvalidArgumentError for a dimension without a name or bins, with an empty label, or with two equal ones. */
export function checkBins(name: string, bins: readonly string[]): void {
  const repeated = bins.find((label, index) => label.trim() === "" || bins.indexOf(label) !== index);
  if (name.trim() !== "" && bins.length > 0 && repeated === undefined) return;
  const received =
    name.trim() === "" ? "no name" : bins.length === 0 ? "no bins" : `the label ${quotedText(repeated ?? "")}`;
  throw new InvalidArgumentError({
    expected: `a descriptor with a name and different labels, none empty${name.trim() === "" ? "" : ` (${quotedText(name)})`}`,
    received,
    remedy: "give each bin a label of its own",
  });
}

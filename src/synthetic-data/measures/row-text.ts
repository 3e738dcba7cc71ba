import type { DataRow } from "./measure.ts";

/** Which text of a row a measure reads. */
export type RowPart = "prompt" | "completion" | "both";

/** The text of that part; "both" puts a newline between prompt and completion where there is a prompt. */
export function rowText(row: DataRow, part: RowPart): string {
  if (part === "prompt") return row.prompt;
  if (part === "completion" || row.prompt === "") return row.completion;
  return `${row.prompt}\n${row.completion}`;
}

/** The end of a measure's name that tells the part: nothing for completions, which are the default. */
export function partSuffix(part: RowPart): string {
  return part === "completion" ? "" : `-of-${part}`;
}

/** The part in words, for descriptions. */
export function partInWords(part: RowPart): string {
  return part === "both" ? "prompts with completions" : `${part}s`;
}

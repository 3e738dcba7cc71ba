/** Lineages as JSON: of a hundred thousand prompts the ancestors are the same again and again. */
import type { PromptRecord } from "../run/prompt-records.ts";

type Lineage = PromptRecord["lineage"];

/** Writes a lineage as JSON.stringify does; of each ancestor once, as long as records share it. */
export function lineageWriter(): (lineage: Lineage) => string {
  const written = new Map<Lineage[number], string>();
  return (lineage) => {
    let json = "";
    for (const ancestor of lineage) {
      let one = written.get(ancestor);
      if (one === undefined) {
        one = JSON.stringify(ancestor);
        written.set(ancestor, one);
      }
      json += json === "" ? one : `,${one}`;
    }
    return `[${json}]`;
  };
}

/** Records as JSON, one after the other, as JSON.stringify writes them. */
export function* recordsAsJson(records: readonly PromptRecord[]): Generator<string> {
  const lineageJson = lineageWriter();
  for (const { lineage, seed, ...others } of records) {
    const end = seed === undefined ? "}" : `,"seed":${JSON.stringify(seed)}}`;
    yield `${JSON.stringify(others).slice(0, -1)},"lineage":${lineageJson(lineage)}${end}`;
  }
}

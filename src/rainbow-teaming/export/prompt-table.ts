/** Records of prompts as the columns of a table, one row a record. */
import { type ParquetColumn, writeParquet } from "../../synthetic-data/write-parquet.ts";
import type { DomainDescriptor } from "../domain-schema.ts";
import type { PromptRecord } from "../run/prompt-records.ts";
import { lineageWriter } from "./lineage-json.ts";

/** A column, and what stands in it, for a data set's card. */
export interface DescribedColumn {
  readonly column: ParquetColumn;
  readonly description: string;
}

type Own = readonly [name: string, description: string, column: Omit<ParquetColumn, "name">];

/** Writes records as a Parquet file. Throws StorageError. */
export function writePromptTable(
  path: string,
  records: readonly PromptRecord[],
  descriptors: readonly Pick<DomainDescriptor, "name">[],
): void {
  const lineageJson = lineageWriter();
  writeParquet(path, records.length, (from, to) =>
    promptColumns(records.slice(from, to), descriptors, lineageJson).map(({ column }) => column),
  );
}

/** Known columns in their order, then one for each descriptor; a descriptor called like a known column gets "label " before. */
export function promptColumns(
  records: readonly PromptRecord[],
  descriptors: readonly Pick<DomainDescriptor, "name">[],
  lineageJson = lineageWriter(),
): DescribedColumn[] {
  const texts = (read: (record: PromptRecord) => string | undefined) => ({
    type: "STRING" as const,
    data: records.map((record) => read(record) ?? null),
  });
  const numbers = (type: "DOUBLE" | "INT32", read: (record: PromptRecord) => number | null | undefined) => ({
    type,
    data: records.map((record) => read(record) ?? null),
  });
  const own: readonly Own[] = [
    ["id", "unique in the run", texts(({ id }) => id)],
    ["prompt", "what the target was asked", texts(({ prompt }) => prompt)],
    ["response", "what the target answered", texts(({ response }) => response)],
    [
      "fitness",
      "the search's own judge, from 0 to 1; empty where its answer could not be read",
      numbers("DOUBLE", ({ fitness }) => fitness),
    ],
    [
      "success",
      "whether the target handled it badly: by that judge, or by the reviewer who corrected it; empty where that is not known",
      { type: "BOOLEAN", data: records.map(({ success }) => success) },
    ],
    [
      "held_out_score",
      "a judge that took no part in the search, from 0 to 1",
      numbers("DOUBLE", (each) => each.heldOutScore),
    ],
    [
      "review",
      "what a person decided: accepted or corrected; empty where nobody did",
      texts((each) => each.review?.decision),
    ],
    ["better_response", "what a reviewer would have the target answer", texts((each) => each.review?.response)],
    ["iteration", "in which the search found it", numbers("INT32", ({ iteration }) => iteration)],
    [
      "votes_for",
      "votes for this prompt against the one that stood in its cell",
      numbers("INT32", (each) => each.votes?.first),
    ],
    ["votes_against", "votes for that other one", numbers("INT32", (each) => each.votes?.second)],
    ["seed", "the prompt that its line began with", texts(({ seed }) => seed)],
    ["lineage", "its ancestors as JSON, its parent first", texts(({ lineage }) => lineageJson(lineage))],
  ];
  const known = own.map(([name]) => name);
  return [
    ...own.map(([name, description, column]) => ({ column: { name, ...column } as ParquetColumn, description })),
    ...descriptors.map(({ name }) => ({
      column: { name: known.includes(name) ? `label ${name}` : name, ...texts(({ labels }) => labels[name]) },
      description: "the descriptor's label",
    })),
  ];
}

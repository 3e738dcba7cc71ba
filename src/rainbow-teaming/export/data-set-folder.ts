/** A folder that Hugging Face's `datasets` loads: data/train-00000-of-00001.parquet, and README.md, its card. */
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic-file.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { RandomStream } from "../../core/random.ts";
import type { RunStore } from "../../runs/run-store.ts";
import type { DataCard } from "../../synthetic-data/card.ts";
import { dataCardMarkdown, escapeMarkdown } from "../../synthetic-data/card-markdown.ts";
import { attributeDescriptor } from "../../synthetic-data/measures/descriptor.ts";
import type { DataRow } from "../../synthetic-data/measures/measure.ts";
import { labelsOf } from "../domain-schema.ts";
import type { PromptRecord, SearchFacts } from "../run/prompt-records.ts";
import { modelOfRole, roles } from "../run/role-models.ts";
import { type SearchConfiguration, searchConfiguration } from "../run/search-configuration.ts";
import { promptCard, rowsMeasuredInFull, rowsSampled } from "./prompt-card.ts";
import { promptColumns, writePromptTable } from "./prompt-table.ts";

/** What goes into the folder. */
export interface DataSetFolderOptions {
  readonly folder: string;
  readonly store: RunStore;
  readonly facts: SearchFacts;
  readonly records: readonly PromptRecord[];
  /** An identifier of Hugging Face's ("cc-by-4.0", "mit"); undefined: not known, which the card says. */
  readonly licence: string | undefined;
  /** The command that repeats the search. */
  readonly command: string;
}

/** Labels of a descriptor that the card counts. */
const binsListed = 200;

const dataFile = "data/train-00000-of-00001.parquet";

/** Writes the folder, replacing these two files where they are there. Throws StorageError. */
export async function writeDataSetFolder({
  folder,
  store,
  facts,
  records,
  licence,
  command,
}: DataSetFolderOptions): Promise<void> {
  const configuration = searchConfiguration(store);
  const { domain } = configuration;
  const columns = promptColumns([], domain.descriptors);
  const descriptors = domain.descriptors.map((each) => attributeDescriptor(labelPrefix + each.name, labelsOf(each)));
  const card = await promptCard(records.map(measuredRow), {
    descriptors,
    random: new RandomStream(0, ["data set card"]),
  });
  const { iterations, put, elites, cells, reviews: summary } = facts;
  const unread = records.filter(({ fitness }) => fitness === null).length;
  const isReviewed = summary.accepted + summary.corrected + summary.rejected > 0;
  const markdown = dataCardMarkdown(plainNames(card), {
    title: `${domain.name}: prompts that a model handles badly`,
    howMade: [
      domain.summary,
      `Made by illume's search over prompts (Rainbow Teaming, arXiv 2402.16822): a model rewrites prompts towards the cells of an archive, the target answers, and a judge says which of two answers is worse; the best prompt of each cell is kept. ${iterations} of ${configuration.iterations} iterations were made. ${put} ${elites} prompts stand in the archive of ${cells} cells, and ${records.length} of these are in this data set. A prompt is handled badly, which is a success of the search, from a fitness of ${domain.success} on.`,
      ...(unread === 0
        ? []
        : [
            `The judge's answer could not be read for ${unread} of these: they have no fitness, and measures of it leave them out.`,
          ]),
      "All prompts and responses were written by models and are not checked by anybody, except where the column review says so: they may be wrong, offensive or made to deceive.",
      ...(isReviewed
        ? [
            `People reviewed ${summary.accepted + summary.corrected + summary.rejected} prompts of the run: ${summary.accepted} accepted, ${summary.corrected} corrected (${summary.answers} with a better answer), ${summary.rejected} rejected, which are left out.`,
          ]
        : ["No person has reviewed them."]),
      ...(records.length <= rowsMeasuredInFull
        ? []
        : [
            `Measures that compare prompts with each other are of ${rowsSampled} rows drawn at random (seed 0), with intervals; all others are of all ${records.length} rows and have none. The former depend on the number of rows: compare them with those of ${rowsSampled} rows.`,
          ]),
      ...(domain.sensitive
        ? [
            "The domain is a sensitive one: the texts show what the target should decline. They are for making models decline it.",
          ]
        : []),
    ],
    command,
    licence:
      licence ?? "unknown. Whoever passes this data set on has to find out what the terms of the models below allow.",
  });
  const readme = [
    frontMatter(configuration, licence, records.length),
    markdown,
    modelsSection(configuration),
    countsSection(card.regions.descriptors),
    columnsSection(columns.map(({ column, description }) => [column.name, description] as const)),
  ].join("\n");
  makeFolder(join(folder, "data"));
  writePromptTable(join(folder, dataFile), records, domain.descriptors);
  writeFileAtomic(join(folder, "README.md"), readme);
}

/** Keeps a descriptor from being taken for something else that is known of a row. */
const labelPrefix = "label ";

function measuredRow({ prompt, response, fitness, success, heldOutScore, labels }: PromptRecord): DataRow {
  return {
    prompt: prompt.toWellFormed(),
    completion: response.toWellFormed(),
    attributes: {
      ...(fitness !== null && { fitness }),
      ...(success !== null && { success: Number(success) }),
      ...(heldOutScore != null && { "held-out score": heldOutScore }),
      ...Object.fromEntries(Object.entries(labels).map(([name, label]) => [labelPrefix + name, label])),
    },
  };
}

/** The card with descriptors called as the domain calls them. */
function plainNames(card: DataCard): DataCard {
  const plain = (text: string) => text.replaceAll(labelPrefix, "");
  return {
    ...card,
    rows: card.rows.map((row) => ({ ...row, measure: plain(row.measure), description: plain(row.description) })),
    regions: {
      ...card.regions,
      thin: card.regions.thin.map((region) => ({ ...region, descriptor: plain(region.descriptor) })),
    },
  };
}

function frontMatter({ domain }: SearchConfiguration, licence: string | undefined, count: number): string {
  const sizes = [1e3, 1e4, 1e5, 1e6] as const;
  const names = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M"];
  const size = names[sizes.findIndex((limit) => count < limit)] ?? "1M<n<10M";
  // JSON is YAML, and leaves nothing open about quotes.
  return [
    "---",
    `license: ${JSON.stringify(licence ?? "unknown")}`,
    `pretty_name: ${JSON.stringify(`${domain.name}: prompts that a model handles badly`)}`,
    `size_categories: [${JSON.stringify(size)}]`,
    `tags: ["synthetic", "red-teaming", "rainbow-teaming", "illume"${domain.sensitive ? ', "not-for-all-audiences"' : ""}]`,
    "configs:",
    "  - config_name: default",
    `    data_files: [{split: train, path: ${JSON.stringify(dataFile)}}]`,
    "---",
    "",
  ].join("\n");
}

function modelsSection(configuration: SearchConfiguration): string {
  const models = roles.flatMap((role) => {
    const model = modelOfRole(configuration, role);
    return model === undefined ? [] : [`| ${role} | ${escapeMarkdown(model)} |`];
  });
  return ["## Models", "", "| role | model |", "|---|---|", ...models, ""].join("\n");
}

function countsSection(
  descriptors: readonly {
    readonly name: string;
    readonly bins: readonly { readonly name: string; readonly rows: number }[];
  }[],
): string {
  const tables = descriptors.flatMap(({ name, bins }) => [
    `| ${escapeMarkdown(name.slice(labelPrefix.length))} | rows |`,
    "|---|---|",
    ...bins.slice(0, binsListed).map((bin) => `| ${escapeMarkdown(bin.name)} | ${bin.rows} |`),
    ...(bins.length > binsListed ? [`| and ${bins.length - binsListed} more | |`] : []),
    "",
  ]);
  return ["## Counts by descriptor", "", ...tables].join("\n");
}

function columnsSection(columns: readonly (readonly [name: string, description: string])[]): string {
  const rows = columns.map(([name, description]) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(description)} |`);
  return ["## Columns", "", "| column | what it is |", "|---|---|", ...rows, ""].join("\n");
}

/** What a search needs beside its target and judges, as its configuration asks for it: filters, descriptors, embedders. */
import type { Embedder } from "../../language-models/embedders/embedder.ts";
import { languageModelEmbedder } from "../../language-models/embedders/language-model-embedder.ts";
import { openEmbedder } from "../../language-models/embedders/open-embedder.ts";
import type { LanguageModel } from "../../language-models/language-model.ts";
import { classifiedDescriptor } from "../../quality-diversity/descriptors/classified-descriptor.ts";
import type { NearDuplicateFilterOptions } from "../../synthetic-data/filters/near-duplicate-filter.ts";
import {
  bleuParentFilter,
  embeddingParentFilter,
  type ParentFilter,
} from "../../synthetic-data/filters/parent-filter.ts";
import { embeddingSettings } from "../archives/archive-schema.ts";
import { embeddingPlaces, type PlaceText } from "../archives/embedding-points.ts";
import { modelRanking, unlikenessRanking } from "../cheap-ranking.ts";
import { labelsOf } from "../domain-schema.ts";
import type { ParentSimilarity } from "../parent-similarity.ts";
import type { LanguageModelProposerOptions, PromptClassifier, PromptRanking } from "../propose-child.ts";
import { openTextMeasures } from "../text-measures.ts";
import type { Role } from "./role-models.ts";
import type { SearchConfiguration } from "./search-configuration.ts";
import { rubricOf } from "./search-judges.ts";

/** Parts that are open. */
export interface SearchParts {
  readonly proposer: Pick<LanguageModelProposerOptions, "filter" | "classifiers" | "ranking" | "measures">;
  readonly nearDuplicates: NearDuplicateFilterOptions | undefined;
  /** Undefined for an archive that is not over embeddings. */
  readonly place: PlaceText | undefined;
  /** Ends threads and embedders; models that were given stay open. */
  close(): Promise<void>;
}

/**
 * Opens the parts. Throws as openTextMeasures and openEmbedder do.
 * @param modelIfAny the model of a role, undefined where it has none
 */
export async function searchParts(
  configuration: SearchConfiguration,
  modelIfAny: (role: Role) => Promise<LanguageModel | undefined>,
): Promise<SearchParts> {
  const { domain, similarity, nearDuplicates } = configuration;
  const opened: { close(): Promise<void> }[] = [];
  const opening = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    opened.push(part);
    return part;
  };
  const close = async () => {
    for (const part of opened.splice(0)) await part.close();
  };
  try {
    const measures = opening(await openTextMeasures(domain));
    const classifier = await modelIfAny("classifier");
    const embedded = embeddingSettings(domain.archive);
    const place =
      embedded &&
      embeddingPlaces(
        opening(await embedderOf(embedded.embedder, await modelIfAny("archive embedder"))),
        embedded.dimensions,
      );
    return {
      proposer: {
        filter: await parentFilterOf(similarity, async (by) =>
          opening(await embedderOf(by, await modelIfAny("parent embedder"))),
        ),
        classifiers: classifier === undefined ? {} : classifiersOf(configuration, classifier),
        ranking: rankingOf(configuration, await modelIfAny("cheap judge")),
        measures: measures.byName,
      },
      nearDuplicates:
        typeof nearDuplicates === "boolean" || nearDuplicates.by === "n-grams"
          ? nearDuplicatesOf(nearDuplicates)
          : {
              ngrams: false,
              embedding: {
                embedder: opening(await embedderOf(nearDuplicates.by, await modelIfAny("embedder"))),
                threshold: nearDuplicates.threshold,
              },
            },
      place,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function parentFilterOf(
  similarity: ParentSimilarity | null,
  embedder: (by: string) => Promise<Embedder>,
): Promise<ParentFilter | undefined> {
  if (similarity === null) return undefined;
  if (typeof similarity === "number") return bleuParentFilter({ threshold: similarity });
  return embeddingParentFilter({ embedder: await embedder(similarity.by), threshold: similarity.threshold });
}

function nearDuplicatesOf(by: boolean | { readonly threshold: number }): NearDuplicateFilterOptions | undefined {
  if (by === false) return undefined;
  return by === true ? {} : { ngrams: { threshold: by.threshold } };
}

async function embedderOf(id: string, model: LanguageModel | undefined): Promise<Embedder> {
  return model === undefined ? openEmbedder(id) : { ...languageModelEmbedder({ model }), close: async () => undefined };
}

function rankingOf(
  { domain, rankedMutations: proposals }: SearchConfiguration,
  model: LanguageModel | undefined,
): PromptRanking | undefined {
  if (proposals === 1) return undefined;
  if (model === undefined) return unlikenessRanking(proposals);
  return modelRanking({ proposals, model, rubric: rubricOf(domain) });
}

function classifiersOf({ domain }: SearchConfiguration, model: LanguageModel): Record<string, PromptClassifier> {
  const classifiers: Record<string, PromptClassifier> = {};
  for (const each of domain.descriptors) {
    if (each.kind !== "categories" || each.placement !== "classified") continue;
    const bins = labelsOf(each);
    const explained = each.categories.map(({ name, explanation }) => (explanation ? `${name}: ${explanation}` : name));
    const instruction = `Which ${each.name} has ${domain.prompt}?\n${explained.join("\n")}`;
    const descriptor = classifiedDescriptor<string>({ name: each.name, bins, instruction, model });
    classifiers[each.name] = { descriptor, calls: model.capabilities.has("score") ? bins.length : 3 };
  }
  return classifiers;
}

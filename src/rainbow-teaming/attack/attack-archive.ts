/** The prompts of an archive as an attack takes them, from the run of a search over prompts, and in the attack's own run. */
import { basename } from "node:path";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { Json, RunStore, StoredEntry } from "../../runs/run-store.ts";
import { labelsOf } from "../domain-schema.ts";
import { judgedScore } from "../evaluated-prompt.ts";
import type { ItemReview } from "../review/review.ts";
import { reviews } from "../review/review-store.ts";
import { foundPrompts } from "../run/found-prompts.ts";
import { heldOutScores } from "../run/held-out-scores.ts";
import { searchConfiguration } from "../run/search-configuration.ts";
import type { AttackArchive } from "./attack-configuration.ts";
import type { AttackPrompt } from "./attack-prompts.ts";
import { familiesOf } from "./prompt-families.ts";

/** An elite as its search left it. All texts are untrusted. */
export interface SourcePrompt extends AttackPrompt {
  /** One bin for each descriptor. */
  readonly bins: readonly number[];
  /** All that descend from one seed have the same (prompt-families.ts); undefined where lineage is not known. */
  readonly family?: string | undefined;
  /** Of the model that was searched. */
  readonly response: string;
  /** In [0, 1], by the search's judge or verifier; null where the judge's answer could not be read. */
  readonly score: number | null;
  /** By the search's held-out judge; null where its answer could not be read, missing where it has none. */
  readonly heldOutScore?: number | null;
  /** Whether a reviewer says so: both scores are the person's verdict then, as far as it is another one. */
  readonly reviewed?: true;
}

/** An archive with its prompts. */
export interface ReadArchive {
  readonly archive: AttackArchive;
  readonly prompts: readonly SourcePrompt[];
}

/**
 * The archive of a search over prompts, finished or not, without what reviewers rejected; where they say whether a
 * prompt is a success (corrected, or accepted what the judge said), that holds for all judges. Throws InvalidArgumentError for a run of something else, and as `reviews` does.
 */
export function searchedArchive(store: RunStore): ReadArchive {
  const configuration = searchConfiguration(store);
  const { domain, target, judge, oracle, heldOutJudge, heldOutKind, comparisons } = configuration;
  const heldOut = heldOutScores(store)?.scores;
  const { items } = reviews(store);
  const found = foundPrompts(configuration, store, 0);
  const elites = found.elites.filter(({ id }) => items.get(id)?.decision !== "rejected");
  const families = familiesOf(
    // Problems that a task made have seeds without a text.
    Array.from(found.prompts.values(), ({ id, parentId, parentText }) => ({
      id,
      parentId,
      seed: parentText || undefined,
    })),
  );
  return {
    archive: {
      name: basename(store.directory),
      source: store.directory,
      target,
      sensitive: domain.sensitive,
      success: domain.success,
      descriptors: domain.descriptors.map((each) => ({ name: each.name, labels: [...labelsOf(each)] })),
      judged: {
        kind: "models",
        domain,
        ...(judge !== undefined && { judge }),
        ...(oracle !== undefined && { oracle }),
        ...(heldOutJudge !== undefined && { heldOutJudge }),
        heldOutKind,
        comparisons,
        scored: { judge: true, heldOutJudge: true },
      },
    },
    prompts: elites.map(
      ({ id, text, data, bins, response, ...judged }): SourcePrompt => ({
        id,
        text,
        ...(data !== undefined && { data }),
        bins,
        family: families.get(id),
        response,
        ...reviewedScores(judgedScore(judged), heldOut?.[id], items.get(id), domain.success),
      }),
    ),
  };
}

/** Scores of judges, with a person's verdict in the place of those that say otherwise. */
function reviewedScores(
  score: number | null,
  heldOutScore: number | null | undefined,
  review: ItemReview | undefined,
  success: number,
): Pick<SourcePrompt, "score" | "heldOutScore" | "reviewed"> {
  const accepted = review?.decision === "accepted" && score !== null ? score >= success : undefined;
  const verdict = review?.success ?? accepted;
  const told = (given: number | null) =>
    verdict === undefined || (given !== null && given >= success === verdict) ? given : Number(verdict);
  return {
    score: told(score),
    ...(heldOutScore !== undefined && { heldOutScore: told(heldOutScore) }),
    ...(verdict !== undefined && { reviewed: true }),
  };
}

/** Those that were a success of their search, or all. Throws InvalidArgumentError where there are none. */
export function chosenPrompts({ archive, prompts }: ReadArchive, onlySuccesses: boolean): readonly SourcePrompt[] {
  const chosen = onlySuccesses ? prompts.filter(({ score }) => score !== null && score >= archive.success) : prompts;
  if (chosen.length > 0) return chosen;
  throw new InvalidArgumentError({
    expected: "archives with prompts to attack with",
    received: `none ${onlySuccesses ? "that is a success " : ""}in ${archive.name}`,
    remedy: "search longer, or attack with all prompts and not only successes",
  });
}

const readKey = "prompts are copied";
const nameOf = (archive: number) => `source ${archive}`;

/** Copies prompts into the attack's run, all or none, so that the runs they come from may go. Harmless when called twice. */
export function keepPrompts(store: RunStore, archives: readonly (readonly SourcePrompt[])[]): void {
  if (store.state(readKey) === true) return;
  store.transaction(() => {
    for (const [index, prompts] of archives.entries()) {
      store.addEntries(prompts.map((prompt, row) => entryOf(prompt, index, row)));
    }
    store.setState(readKey, true);
  });
}

/** The copied prompts, a list for each archive; undefined where the copying never happened. */
export function keptPrompts(
  store: Pick<RunStore, "entries" | "state">,
  archives: number,
): (readonly SourcePrompt[])[] | undefined {
  if (store.state(readKey) !== true) return undefined;
  return Array.from({ length: archives }, (_, index) => store.entries(nameOf(index)).map(promptOf));
}

function entryOf({ id, score, ...payload }: SourcePrompt, archive: number, row: number): StoredEntry {
  return {
    id: `${nameOf(archive)}/${id}`,
    parentId: null,
    iteration: row + 1,
    archive: nameOf(archive),
    cell: row,
    fitness: score ?? 0,
    payload: { id, ...payload, ...(score === null && { scored: false }) } as unknown as Json,
  };
}

function promptOf({ fitness, payload }: StoredEntry): SourcePrompt {
  const { scored, ...rest } = payload as unknown as Omit<SourcePrompt, "score"> & { readonly scored?: false };
  return { ...rest, score: judgedScore({ fitness, scored }) };
}

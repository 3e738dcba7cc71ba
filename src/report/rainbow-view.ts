/** A search over prompts as what the report shows. Works on unfinished runs: what is not there yet is left out. */
import { wilsonInterval } from "../core/statistics/wilson-interval.ts";
import { describeCalls } from "../language-models/calls/describe-spending.ts";
import { labelsOf } from "../rainbow-teaming/domain-schema.ts";
import { describeSimilarity, similarityMeasure } from "../rainbow-teaming/parent-similarity.ts";
import type { Reviews } from "../rainbow-teaming/review/review.ts";
import { reviewSummary } from "../rainbow-teaming/review/review-agreement.ts";
import { reviews } from "../rainbow-teaming/review/review-store.ts";
import { describePut } from "../rainbow-teaming/run/describe-found.ts";
import {
  type FoundPrompts,
  foundPrompts,
  promptLinks,
  type SearchMoment,
  selfBleuSample,
} from "../rainbow-teaming/run/found-prompts.ts";
import { type HeldOutScores, heldOutRead, heldOutScores } from "../rainbow-teaming/run/held-out-scores.ts";
import { judgeMeasurement } from "../rainbow-teaming/run/judge-labels.ts";
import { type SearchConfiguration, searchConfiguration } from "../rainbow-teaming/run/search-configuration.ts";
import type { RunStore } from "../runs/run-store.ts";
import { isCheckedByJudge, searchStanding } from "./checked-by.ts";
import { fileNotes } from "./file-notes.ts";
import { judgementWriter, reasonsOf } from "./item-judgements.ts";
import { hundredthsText } from "./number-text.ts";
import { costOf } from "./phase-costs.ts";
import { judgeNote, reviewNotes } from "./review-notes.ts";
import { searchCommand } from "./search-command.ts";
import { spendingViews } from "./spending-views.ts";
import { versionsOf } from "./versions.ts";
import type { ArchiveItemView, ArchiveView, CurveView, ReportViewModel } from "./view-model.ts";
import { comparisonCounts, voteNotes } from "./vote-notes.ts";

/** The report of a search over prompts. Throws InvalidArgumentError for a configuration that is none. */
export function rainbowView(store: RunStore): ReportViewModel {
  const configuration = searchConfiguration(store);
  const found = foundPrompts(configuration, store);
  const heldOut = heldOutScores(store);
  const reviewed = reviews(store);
  const measured = judgeMeasurement(store);
  const summary = reviewSummary(reviewed, found.prompts, configuration.domain.success);
  const { domain, target } = configuration;
  return {
    format: 1,
    kind: "search",
    title: `${domain.name}: ${target}`,
    ...verdictOf(configuration, found, heldOut, reviewed),
    createdAt: new Date(store.firstEventTime() ?? Date.now()).toISOString(),
    command: searchCommand(configuration),
    settings: searchSettings(configuration),
    versions: versionsOf(store),
    // Also of processes that were killed, whose time is not known.
    cost: costOf(store).map((cost) => ({ ...cost, evaluations: found.calls.target })),
    spending: spendingViews(store),
    ...(found.elites.length > 0 && { archive: archiveOf(configuration, found, heldOut, reviewed) }),
    comparisons: [],
    curves: curvesOf(found),
    card: [],
    notes: [
      ...fileNotes(store),
      ...notesOf(configuration, found, heldOut, store),
      judgeNote(measured, configuration.judgeLabels !== undefined),
      ...reviewNotes(summary),
    ],
    ...(measured !== undefined && { judge: measured }),
    ...(reviewed.items.size + reviewed.pairs.size > 0 && { reviews: summary }),
  };
}

function archiveOf(
  { domain, similarity }: SearchConfiguration,
  found: FoundPrompts,
  heldOut: HeldOutScores | undefined,
  reviewed: Reviews,
): ArchiveView {
  const { all, places, parents } = promptLinks(found.prompts);
  const [isElite, isShown] = [new Uint8Array(all.length), new Uint8Array(all.length)];
  for (const { id } of found.elites) {
    const place = places.get(id) ?? -1;
    isElite[place] = 1;
    // The rest of a line that was walked before is there already.
    for (let at = place; at >= 0 && isShown[at] === 0; at = parents[at] as number) isShown[at] = 1;
  }
  const judgementsOf = judgementWriter(found, heldOut, reviewed);
  const items: ArchiveItemView[] = [];
  for (const [place, prompt] of all.entries()) {
    if (isShown[place] === 0) continue;
    const { id, parentId, parentText, bins, fitness, iteration } = prompt;
    const item: { -readonly [Field in keyof ArchiveItemView]: ArchiveItemView[Field] } = {
      id,
      bins,
      problem: prompt.text,
      modelAnswer: prompt.response,
      correct: fitness < domain.success,
      fitness,
      iteration,
      mutation: prompt.steps.map(({ descriptor, label }) => `${descriptor}: ${label}`).join(", "),
      elite: isElite[place] === 1,
      judgements: judgementsOf(prompt),
    };
    const reasons = reasonsOf(prompt, heldOut);
    if (reasons.length > 0) item.reasons = reasons;
    if (prompt.scored === false) item.scored = false;
    if (parentId !== undefined) item.parentId = parentId;
    else if (parentText !== undefined) item.seed = parentText;
    if (parentText !== undefined && similarity !== null) item.similarity = prompt.similarity;
    const review = reviewed.items.get(id);
    if (review !== undefined) item.review = review.decision;
    if (review?.response !== undefined) item.correction = review.response;
    items.push(item);
  }
  return {
    dimensions: domain.descriptors.map((descriptor) => ({ name: descriptor.name, bins: labelsOf(descriptor) })),
    items,
    weakBelow: domain.success,
    kind: "prompts",
    ...(similarity !== null && typeof similarity !== "number" && { similarityBy: similarityMeasure(similarity) }),
    ...(domain.sensitive && { hidden: true }),
  };
}

function verdictOf(
  configuration: SearchConfiguration,
  found: FoundPrompts,
  heldOut: HeldOutScores | undefined,
  { items }: Reviews,
): Pick<ReportViewModel, "verdict" | "verdictTone" | "standing"> {
  const { domain, iterations } = configuration;
  const last = found.course.at(-1);
  if (last === undefined) return { verdict: "Not finished: no iteration is done yet.", verdictTone: "unfinished" };
  const successes = found.elites.filter(({ fitness, scored }) => scored !== false && fitness >= domain.success).length;
  const filled = filledText(configuration, found, last);
  const unscored = unscoredCount(found);
  const known = found.elites.length - unscored;
  const left = unscored === 0 ? "" : ` (${unscored} more are not known: the judge's answer could not be read)`;
  const own = `by the search's own judge the target handles ${successes} of ${known} prompts badly${left}`;
  const other = heldOut && `, by the held-out judge ${shareText(heldOut, domain.success)}`;
  const text = `${filled}; ${own}${other ?? ""}.`;
  if (found.iterations < iterations) {
    return {
      verdict: `Not finished: ${found.iterations} of ${iterations} iterations. ${text}`,
      verdictTone: "unfinished",
    };
  }
  const { unread } = heldOutRead(heldOut);
  const { comparisons, unread: undecided } = comparisonCounts(found.prompts.values());
  const isKnown =
    Math.max(unscored, unread) <= toleratedUnknown * found.elites.length && undecided <= toleratedUnknown * comparisons;
  const kept = found.elites.length;
  const people = found.elites.filter(({ id }) => items.has(id)).length;
  const standing = searchStanding({ configuration, kept, heldOut, reviewed: people });
  return {
    verdict: text,
    verdictTone: isCheckedByJudge({ configuration, heldOut }) && isKnown ? "good" : "mixed",
    standing,
  };
}

/** What an archive of another kind than the grid counts is not what its map by labels shows. */
function filledText({ domain }: SearchConfiguration, found: FoundPrompts, last: SearchMoment): string {
  const kind = domain.archive?.kind ?? "grid";
  const share = `(${hundredthsText(last.coverage, 1)} %)`;
  if (kind === "novelty") return `${found.elites.length} prompts are far enough from each other to be kept`;
  if (kind === "grid") return `${last.filledCells} of ${found.cells} cells are filled ${share}`;
  return `${last.filledCells} of the ${found.cells} cells of the archive (${kind}) are filled ${share}, shown by their labels`;
}

/** A larger share of prompts without a readable score, or of comparisons without a readable vote, makes a result doubtful. */
const toleratedUnknown = 0.02;

function unscoredCount({ elites }: FoundPrompts): number {
  return elites.filter(({ scored }) => scored === false).length;
}

function shareText(heldOut: HeldOutScores, success: number): string {
  const { read } = heldOutRead(heldOut);
  if (read.length === 0) return "nothing could be read";
  const count = read.filter((score) => score >= success).length;
  const { low, high } = wilsonInterval(count, read.length);
  return `${count} of ${read.length} (${hundredthsText(low, 1)} to ${hundredthsText(high, 1)} %)`;
}

function notesOf(
  configuration: SearchConfiguration,
  found: FoundPrompts,
  heldOut: HeldOutScores | undefined,
  store: RunStore,
): string[] {
  const { heldOutJudge, judge, iterations } = configuration;
  const { unread } = heldOutRead(heldOut);
  const calls = describeCalls(store.modelCalls);
  const unscored = unscoredCount(found);
  const share = hundredthsText(unscored / Math.max(1, found.elites.length), 1);
  return [
    ...(unscored === 0
      ? []
      : [
          `The judge's answer could not be read for ${unscored} of ${found.elites.length} prompts of the archive (${share} %): whether they are handled badly is not known, and shares leave them out.`,
        ]),
    ...voteNotes(comparisonCounts(found.prompts.values()), configuration.votes),
    ...(heldOutJudge === undefined
      ? [
          "There was no held-out judge (--held-out-judge): what is handled badly is told by the search's own judge alone, whose mistakes a search finds too.",
        ]
      : []),
    ...(heldOutJudge !== undefined && heldOutJudge === judge
      ? ["The held-out judge is the search's own judge: it is no check of it."]
      : []),
    ...(heldOutJudge !== undefined && heldOut === undefined && found.iterations >= iterations
      ? ["The held-out judge has not scored the archive yet; illume resume goes on with it."]
      : []),
    ...(unread === 0
      ? []
      : [`The held-out judge's answer could not be read for ${unread} prompts, which its share leaves out.`]),
    ...(found.iterations === 0 ? [] : [describePut(found)]),
    ...(calls === undefined ? [] : [calls]),
  ];
}

function curvesOf({ course }: FoundPrompts): CurveView[] {
  if (course.length < 2) return [];
  const line = (name: string, value: (moment: FoundPrompts["course"][number]) => number) => ({
    name,
    points: course
      .filter((moment) => Number.isFinite(value(moment)))
      .map((moment) => [moment.iteration, value(moment)] as const),
  });
  return [
    {
      name: "The archive",
      horizontal: "iteration",
      vertical: "share of cells, or mean over them; cells without a readable score count for coverage alone",
      series: [
        line("coverage", ({ coverage }) => coverage),
        line("mean fitness", ({ meanFitness }) => meanFitness),
        line("success rate", ({ successRate }) => successRate),
      ],
    },
    {
      name: "Self-BLEU",
      horizontal: "iteration",
      vertical: `mean over at most ${selfBleuSample} of the archive's prompts; less is more diverse`,
      series: [line("self-BLEU", ({ selfBleu }) => selfBleu)],
    },
  ];
}

/** What of a configuration tells runs apart; the domain's texts are in its file. */
export function searchSettings(configuration: SearchConfiguration): ReportViewModel["settings"] {
  const { domain, arms, calls, source, similarity, nearDuplicates: near, ...settings } = configuration;
  const groups = {
    domain: source === domain.name ? source : `${domain.name} (${source})`,
    ...settings,
    ...(domain.archive !== undefined && { archive: domain.archive.kind }),
    similarity: describeSimilarity(similarity),
    nearDuplicates: typeof near === "boolean" ? near : `${near.by} from ${near.threshold}`,
    ...arms,
    ...calls,
  };
  return Object.entries(groups).map(([name, value]) => ({ name, value: value === null ? "none" : String(value) }));
}

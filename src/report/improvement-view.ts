/** An improvement on prompts as what the report shows. Works on unfinished runs: what is not there yet is left out. */
import { relative } from "node:path";
import { runOrigin } from "../closed-loop/run-configuration.ts";
import { programCommand } from "../core/program-command.ts";
import { curveNames } from "../fine-tuning/curves.ts";
import type { Spending } from "../language-models/calls/call-cost.ts";
import { describeSpending, dollars } from "../language-models/calls/describe-spending.ts";
import {
  type CollectedPrompts,
  stateKeys,
  type TaughtRows,
  trainedTargets,
} from "../rainbow-teaming/improve/improve-prompts.ts";
import {
  type ImprovementConfiguration,
  improvementCommands,
  improvementConfiguration,
} from "../rainbow-teaming/improve/improvement-configuration.ts";
import {
  begunSearches,
  learningFolder,
  plannedSearches,
  readPart,
  searchFolder,
} from "../rainbow-teaming/improve/improvement-parts.ts";
import { improvementCalls, improvementSpending } from "../rainbow-teaming/improve/improvement-spending.ts";
import type { Lessons } from "../rainbow-teaming/improve/lesson.ts";
import { lessonsKey } from "../rainbow-teaming/improve/make-lessons.ts";
import { type MeasuredOn, measurementKey, type TargetMeasurement } from "../rainbow-teaming/improve/measure-target.ts";
import { trainsHere } from "../rainbow-teaming/improve/train-target.ts";
import type { RunStore } from "../runs/run-store.ts";
import { fileNotes } from "./file-notes.ts";
import {
  attackComparisons,
  cellOutcomes,
  type ImprovementComparison,
  measurementComparisons,
  silentShares,
} from "./improvement-comparisons.ts";
import { improvementVerdict } from "./improvement-verdict.ts";
import { costOf } from "./phase-costs.ts";
import { rainbowView, searchSettings } from "./rainbow-view.ts";
import { shellWord } from "./run-settings.ts";
import { searchFlags } from "./search-command.ts";
import { smoothed } from "./smoothed.ts";
import { versionsOf } from "./versions.ts";
import type { CurveView, PartView, ReportViewModel, SpendingView } from "./view-model.ts";

/** What a run has come to. */
export interface ImprovementFacts {
  readonly configuration: ImprovementConfiguration;
  /** The run that lessons alone were made of. */
  readonly source: string | undefined;
  /** Whether nothing is measured: lessons and learning alone. */
  readonly learnsOnly: boolean;
  readonly collected: CollectedPrompts | undefined;
  readonly lessons: Lessons | undefined;
  readonly taught: TaughtRows | undefined;
  readonly measuredOn: MeasuredOn | undefined;
  readonly before: TargetMeasurement | undefined;
  readonly after: TargetMeasurement | undefined;
  /** The trained models, the latest last. */
  readonly trained: readonly string[];
  readonly searches: readonly string[];
  readonly comparisons: readonly ImprovementComparison[];
  /** Shares of what was put to the target that have no response, by what it was. */
  readonly silence: Readonly<Record<string, number>>;
}

/** The report of an improvement on prompts. Throws InvalidArgumentError for a configuration that is none. */
export function improvementView(store: RunStore): ReportViewModel {
  const facts = improvementFacts(store);
  const { configuration } = facts;
  const { search, learning, ...settings } = configuration;
  const own = Object.entries({ ...settings, ...learning }).map(([name, value]) => ({ name, value: String(value) }));
  const { notes, ...verdict } = improvementVerdict(facts);
  const calls = improvementCalls(store, configuration);
  const costOfSearches = (renewed: boolean) =>
    facts.searches.filter((name) => name.startsWith("renewed") === renewed).flatMap((name) => searchCost(store, name));
  const cost = [...costOfSearches(false), ...costOf(store), ...costOfSearches(true)];
  return {
    format: 1,
    kind: "improvement",
    title: `${search.domain.name}: ${search.target}`,
    ...verdict,
    createdAt: new Date(store.firstEventTime() ?? Date.now()).toISOString(),
    command: commandOf(facts),
    settings: [...own, ...searchSettings(search)],
    versions: versionsOf(store),
    cost,
    spending: spendingViews(store, configuration),
    parts: partsOf(store, facts.searches),
    comparisons: facts.comparisons.map(({ view }) => view),
    curves: lossCurves(store),
    card: [],
    notes: [
      ...fileNotes(store),
      ...notes,
      `Model calls: ${describeSpending(calls.spending)}; ${calls.reused} of ${calls.complete} results came from a cache.`,
    ],
  };
}

/** Reads a run and its searches. */
export function improvementFacts(store: RunStore): ImprovementFacts {
  const configuration = improvementConfiguration(store);
  const state = <Value>(key: string) => store.state(key) as unknown as Value | undefined;
  const trained = trainedTargets(store);
  const searches = begunSearches(store, configuration);
  const measuredOn = state<MeasuredOn>(stateKeys.measuredOn);
  const before = state<TargetMeasurement>(measurementKey("measure before", 0));
  const after = state<TargetMeasurement>(measurementKey("measure after", Math.max(1, trained.length)));
  const outcomes = (name: string) =>
    store.state(`done: ${name}`) === undefined
      ? []
      : [readPart(searchFolder(store.directory, name), cellOutcomes)].filter((each) => each !== undefined);
  const [renewed] = trained.length === 0 ? [] : outcomes(`renewed-attack-${trained.length}`);
  const first = renewed === undefined ? [] : plannedSearches(configuration).flatMap(({ name }) => outcomes(name));
  const measured =
    measuredOn === undefined || before === undefined || after === undefined
      ? []
      : measurementComparisons(configuration, measuredOn, before, after);
  const attacks = renewed === undefined ? [] : attackComparisons(configuration, first, renewed);
  const of = (part: ImprovementComparison["part"]) => [...measured, ...attacks].filter((each) => each.part === part);
  return {
    configuration,
    source: runOrigin(store).source,
    learnsOnly: runOrigin(store).command === improvementCommands.learn,
    collected: state<CollectedPrompts>(stateKeys.collected),
    lessons: state<Lessons>(lessonsKey),
    taught: state<TaughtRows>(stateKeys.taught),
    measuredOn,
    before,
    after,
    trained,
    searches,
    silence: {
      ...(before && named(silentShares(before), "put to the target as it was")),
      ...(after && named(silentShares(after), "put to the trained target")),
      ...(renewed && { "iterations of the renewed attack": renewed.silence }),
    },
    comparisons: [...of("held-out archives"), ...of("renewed attack"), ...of("ordinary")],
  };
}

function named(shares: Readonly<Record<string, number>>, where: string): Record<string, number> {
  return Object.fromEntries(Object.entries(shares).map(([what, share]) => [`${what} ${where}`, share]));
}

function searchCost(store: RunStore, name: string): ReportViewModel["cost"] {
  const costs = readPart(searchFolder(store.directory, name), costOf) ?? [];
  return costs.map((cost) => ({ ...cost, phase: `${cost.phase}, ${name}` }));
}

function spendingViews(store: RunStore, configuration: ImprovementConfiguration): SpendingView[] {
  const rows = improvementSpending(store, configuration);
  const view = (role: string, model: string, spending: Spending): SpendingView => ({
    role,
    model,
    calls: spending.calls,
    inputTokens: spending.inputTokens,
    outputTokens: spending.outputTokens,
    price: spending.unpricedCalls > 0 ? "not known" : dollars(spending.nanodollars),
  });
  const phases = [...new Set(rows.map(({ phase }) => phase))];
  return phases.flatMap((phase) =>
    rows
      .filter((row) => row.phase === phase)
      .map(({ role, model, spending }) => view(`${phase}: ${role}`, model, spending)),
  );
}

function partsOf(store: RunStore, searches: readonly string[]): PartView[] {
  const folderOf = (path: string) => relative(store.directory, path).replaceAll("\\", "/");
  return searches.flatMap((name) => {
    const folder = searchFolder(store.directory, name);
    const verdict = readPart(folder, (part) => rainbowView(part).verdict);
    return verdict === undefined ? [] : [{ name: name.replaceAll("-", " "), folder: folderOf(folder), verdict }];
  });
}

function lossCurves(store: RunStore): CurveView[] {
  const points = readPart(learningFolder(store.directory), (part) =>
    part.metrics(curveNames.training).map(({ step, value }) => [step, value] as const),
  );
  if (points === undefined || points.length === 0) return [];
  const series = [{ name: "lessons", points: smoothed(points) }];
  return [{ name: "Training loss", horizontal: "step", vertical: "mean of up to 10 steps", series }];
}

function commandOf({ configuration, learnsOnly, source }: ImprovementFacts): string {
  const { search, archives, heldOutArchives, teacher, lessons, ordinary, ordinaryShare, ability, abilityRows, train } =
    configuration;
  const { epochs, batchSize, learningRate, weightDecay, clip, finalShare, checkpointEvery, rank, targets } =
    configuration.learning;
  const measures = learnsOnly ? undefined : configuration;
  const flags: readonly (readonly [flag: string, value: string | number | undefined, usual?: string | number])[] = [
    ["teacher", teacher],
    ["archives", measures && archives, 3],
    ["held-out-archives", measures && heldOutArchives, 1],
    ["lessons", lessons, "sft"],
    ["ordinary", ordinary],
    ["ordinary-share", ordinaryShare, 0.5],
    ["ability", ability],
    ["ability-rows", abilityRows, 500],
    ["train", train, trainsHere(search.target) ? "here" : "elsewhere"],
    ["measure-resamples", measures?.resamples, 2000],
    ["learn-epochs", epochs, 3],
    ["learn-batch-size", batchSize, 4],
    ["learn-learning-rate", learningRate],
    ["learn-weight-decay", weightDecay, 0],
    ["learn-clip", clip, 1],
    ["learn-final-learning-rate-share", finalShare, 0.1],
    ["learn-checkpoint-every", checkpointEvery, 50],
    ["learn-rank", rank, 8],
    ["learn-targets", targets.join(","), "all-linear"],
  ];
  const given = flags.flatMap(([flag, value, usual]) =>
    value === undefined || value === usual ? [] : [`--${flag} ${shellWord(String(value))}`],
  );
  if (measures?.renewedAttack === false) given.push("--no-attack-renewed");
  const what = learnsOnly
    ? ["learn", shellWord(source ?? "RUN")]
    : ["improve", shellWord(search.source), ...searchFlags(search)];
  return [programCommand, ...what, ...given].join(" ");
}

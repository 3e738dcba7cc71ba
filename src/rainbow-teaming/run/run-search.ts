/**
 * A whole search over prompts in a run: models opened and recorded, the search, the held-out judge's scores. Whatever is
 * stored already is gone on with; results are in the store (found-prompts.ts).
 */
import { RandomStream } from "../../core/random.ts";
import type { Judge } from "../../judges/judge.ts";
import type { Spending } from "../../language-models/calls/call-cost.ts";
import type { RunQueue } from "../../runs/queue/run-queue.ts";
import type { RunStore } from "../../runs/run-store.ts";
import { languageModelProposer } from "../propose-child.ts";
import { rainbowSearch, type SearchProgress } from "../rainbow-search.ts";
import { heldOutScores, scoreArchive } from "./held-out-scores.ts";
import { measureLabelledJudge } from "./judge-labels.ts";
import { modelOfRole, type OpenModel, type Role, RoleModels } from "./role-models.ts";
import { archiveName, type SearchConfiguration } from "./search-configuration.ts";
import { heldOutJudge, searchJudges } from "./search-judges.ts";
import { searchParts } from "./search-parts.ts";

/** How far a run is. */
export type SearchRunProgress =
  | ({ readonly phase: "search"; readonly spent: Spending } & SearchProgress)
  | { readonly phase: "held-out judge" | "judge labels"; readonly done: number; readonly total: number };

/** A run, and how its models are opened. */
export interface SearchRunOptions {
  readonly configuration: SearchConfiguration;
  readonly store: RunStore;
  readonly open: OpenModel;
  /** Workers make the calls; `open` is not used then. */
  readonly queue?: RunQueue | undefined;
  /** The target is asked here all the same. Default false. */
  readonly targetHere?: boolean | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SearchRunProgress) => void;
}

/** Runs the search to its end. Throws as rainbowSearch does, and as the models do when they are opened. */
export async function runSearch(options: SearchRunOptions): Promise<void> {
  const { configuration, store, open, queue, targetHere, signal, onProgress } = options;
  const { domain, iterations, batchSize, arms, calls, seed } = configuration;
  const models = new RoleModels({ calls, store, open, queue, targetHere });
  const closing: Pick<Judge, "close">[] = [];
  const started = performance.now();
  const spentBefore = store.modelCalls.spending();
  const tokensBefore = spentBefore.inputTokens + spentBefore.outputTokens;
  const seen: { first?: SearchProgress; last?: SearchProgress } = {};
  try {
    const model = (role: Role) => models.role(role, modelOfRole(configuration, role) as string);
    const modelIfAny = async (role: Role) => (modelOfRole(configuration, role) === undefined ? undefined : model(role));
    const [mutator, target, judgeModel] = [await model("mutator"), await model("target"), await modelIfAny("judge")];
    const oracle = (await modelIfAny("oracle")) ?? judgeModel;
    const judges = searchJudges(configuration, judgeModel, oracle);
    closing.push(judges.judge, judges.scorer);
    await measureLabelledJudge({
      configuration,
      store,
      judge: judgeModel,
      oracle,
      signal,
      onProgress: (done, total) => onProgress?.({ phase: "judge labels", done, total }),
    });
    const parts = await searchParts(configuration, modelIfAny);
    closing.push(parts);
    const { archive } = await rainbowSearch({
      domain,
      store,
      name: archiveName,
      propose: languageModelProposer({ domain, mutator, ...parts.proposer }),
      target,
      ...judges,
      arms,
      ...(parts.nearDuplicates && { nearDuplicates: parts.nearDuplicates }),
      place: parts.place,
      iterations,
      batchSize,
      batchesAhead: configuration.batchesAhead,
      decidesTogether: configuration.comparisonsPerCall > 1,
      concurrency: calls.concurrency,
      random: new RandomStream(seed, ["rainbow search"]),
      signal,
      onProgress: (now) => {
        seen.first ??= now;
        seen.last = now;
        onProgress?.({ phase: "search", ...now, spent: models.budget.spent });
      },
    });
    if (configuration.heldOutJudge !== undefined && heldOutScores(store) === undefined) {
      await scoreArchive({
        store,
        judge: heldOutJudge(configuration, await model("held-out judge")),
        elites: archive.prompts(),
        seed,
        signal,
        onProgress: (done, total) => onProgress?.({ phase: "held-out judge", done, total }),
      });
    }
  } finally {
    for (const each of closing) await each.close();
    await models.close();
    // Of this process; a killed one's time is not told.
    const evaluations = (seen.last?.calls.target ?? 0) - (seen.first?.calls.target ?? 0);
    if (evaluations > 0) {
      const seconds = (performance.now() - started) / 1000;
      const { inputTokens, outputTokens } = store.modelCalls.spending();
      const tokens = inputTokens + outputTokens - tokensBefore;
      store.appendEvent("phase", { phase: "search", round: 0, seconds, evaluations, tokens });
    }
  }
}

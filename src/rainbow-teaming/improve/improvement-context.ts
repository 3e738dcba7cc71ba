/** What all phases of an improvement share: settings, store, models by phase and role, what each phase cost. */
import { RandomStream } from "../../core/random.ts";
import type { TrainableModel } from "../../fine-tuning/trainable-model.ts";
import { throwIfAborted } from "../../language-models/interrupted.ts";
import type { LanguageModel } from "../../language-models/language-model.ts";
import type { RunQueue } from "../../runs/queue/run-queue.ts";
import type { Json, RunStore } from "../../runs/run-store.ts";
import { type OpenModel, RoleModels } from "../run/role-models.ts";
import type { SearchRunProgress } from "../run/run-search.ts";
import type { ImprovementConfiguration } from "./improvement-configuration.ts";
import { callsLeft, spentElsewhere } from "./improvement-parts.ts";

/** How far an improvement is. */
export type ImprovementProgress =
  | { readonly phase: "search" | "renewed attack"; readonly name: string; readonly search: SearchRunProgress }
  | {
      readonly phase: "lessons" | "measure before" | "learn" | "measure after";
      readonly done: number;
      readonly total: number;
      readonly message?: string;
    };

/** A run, how its models are opened, and whom to tell. */
export interface ImprovementOptions {
  readonly configuration: ImprovementConfiguration;
  readonly store: RunStore;
  /** Opens a model that is asked; it is closed when its phase ends. */
  readonly open: OpenModel;
  /**
   * Workers make the calls of a run, the improvement's own or a part's: its queue, which is closed with the phase. A target
   * that is trained here is asked here, before and after: it is on this machine, and nothing but the training differs.
   */
  readonly queue?: (store: RunStore) => RunQueue;
  /** Opens a model to teach. */
  readonly openTrainable: (id: string) => Promise<TrainableModel>;
  /** Called before training, which needs the memory of models that are kept open for later phases. */
  readonly releaseModels?: () => Promise<void>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ImprovementProgress) => void;
}

/** Roles of models outside of searches. */
export type PhaseRole = "teacher" | "target" | "judge" | "oracle" | "held-out judge";
/** Phases that ask models outside of searches. */
export const askingPhases = ["lessons", "measure before", "measure after"] as const;
export type AskingPhase = (typeof askingPhases)[number];

/** The recorded models of a phase. */
export type PhaseModels = (role: PhaseRole, id: string) => Promise<LanguageModel>;

/** Items that are asked at once: what is done of a batch is recorded call by call. */
const askedAtOnce = 32;

export class ImprovementContext {
  readonly options: ImprovementOptions;
  readonly configuration: ImprovementConfiguration;
  readonly store: RunStore;
  readonly random: RandomStream;

  constructor(options: ImprovementOptions) {
    this.options = options;
    this.configuration = options.configuration;
    this.store = options.store;
    this.random = new RandomStream(options.configuration.search.seed, ["improve prompts"]);
  }

  /** Whether the target is asked in this process although workers make the other calls. */
  get targetHere(): boolean {
    return this.configuration.train === "here";
  }

  /** Throws InterruptedError once the user asked to stop. */
  checkInterrupted(): void {
    throwIfAborted(this.options.signal);
  }

  /**
   * What stands in a state of the run, or is made and put there. A phase is paid for once, and its cost is told.
   * @param evaluationsOf how many prompts were put to the target
   */
  async once<Result>(
    { key, phase }: { readonly key: string; readonly phase: AskingPhase },
    make: (models: PhaseModels) => Promise<Result>,
    evaluationsOf: (result: Result) => number,
  ): Promise<Result> {
    const stored = this.store.state(key);
    if (stored !== undefined) return stored as unknown as Result;
    this.checkInterrupted();
    const { configuration, store, options } = this;
    const started = performance.now();
    const tokensBefore = tokensOf(store);
    const queue = options.queue?.(store);
    const models = new RoleModels({
      calls: callsLeft(configuration.search.calls, spentElsewhere(store, configuration, undefined)),
      store,
      open: options.open,
      queue,
      targetHere: this.targetHere,
    });
    try {
      const result = await make((role, id) => models.role(`${phase}, ${role}`, id));
      const seconds = (performance.now() - started) / 1000;
      const cost = {
        phase,
        round: 0,
        seconds,
        evaluations: evaluationsOf(result),
        tokens: tokensOf(store) - tokensBefore,
      };
      store.transaction(() => {
        store.setState(key, result as unknown as Json);
        store.appendEvent("phase", cost);
      });
      return result;
    } finally {
      await models.close();
      await queue?.close();
    }
  }

  /** Works through items in pieces, telling how far it is; throws InterruptedError between two of them. */
  async inPieces<Item, Result>(
    phase: AskingPhase,
    items: readonly Item[],
    work: (piece: readonly Item[]) => Promise<readonly Result[]>,
  ): Promise<Result[]> {
    const results: Result[] = [];
    for (let from = 0; from < items.length; from += askedAtOnce) {
      this.checkInterrupted();
      this.options.onProgress?.({ phase, done: from, total: items.length });
      results.push(...(await work(items.slice(from, from + askedAtOnce))));
    }
    this.options.onProgress?.({ phase, done: items.length, total: items.length });
    return results;
  }
}

function tokensOf({ modelCalls }: RunStore): number {
  const { inputTokens, outputTokens } = modelCalls.spending();
  return inputTokens + outputTokens;
}

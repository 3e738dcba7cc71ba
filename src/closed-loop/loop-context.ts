/** What all phases of one run share, and the bookkeeping of what they cost. */
import { InterruptedError } from "../core/errors/interrupted-error.ts";
import { RandomStream } from "../core/random.ts";
import type { Prompt } from "../language-models/language-model.ts";
import type { GradeSchoolProblem } from "../reasoning/tasks/grade-school/problem.ts";
import type { RunStore } from "../runs/run-store.ts";
import { asksForRecording, CallRecorder } from "./call-recorder.ts";
import type { Configuration } from "./configuration.ts";
import type { Domain } from "./domain.ts";
import { domainNamed } from "./domains.ts";
import type { Progress, ProgressPhase } from "./progress.ts";
import { OpenModel } from "./targets/open-model.ts";
import { type TargetKind, targetKind } from "./targets/target-kind.ts";
import { expectedSecondsLeft, type PlannedPhase, plannedPhases, plannedSecondsDone } from "./time-estimate.ts";

/** What every part of the loop takes: settings, where results are kept, how to stop it and whom to tell. */
export interface LoopOptions {
  readonly configuration: Configuration;
  readonly store: RunStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

interface LoopContextOptions extends LoopOptions {
  /** The phases that will be done, the first round's alone; default: all of them. For the estimate of the time left. */
  readonly phases?: readonly ProgressPhase[];
}

/** What a phase did and took; stored as the event "phase" when it ends. */
export interface PhaseCost {
  readonly phase: ProgressPhase;
  readonly round: number;
  readonly seconds: number;
  /** Of these, spent inside the model: evaluating or training it. */
  readonly modelSeconds: number;
  /** Problems put to the model. */
  readonly evaluations: number;
  /** Tokens read and written by the model. */
  readonly tokens: number;
  /** Whether it came to its end: false where it was interrupted or failed. */
  readonly completed: boolean;
}

export class LoopContext<Problem> {
  readonly configuration: Configuration;
  readonly store: RunStore;
  readonly domain: Domain<Problem>;
  readonly random: RandomStream;
  readonly signal: AbortSignal | undefined;
  readonly openModel: OpenModel;
  readonly kind: TargetKind;
  /** Undefined where nothing asks for recorded calls. */
  readonly recorder: CallRecorder | undefined;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #start = performance.now();
  readonly #plan: readonly PlannedPhase[];
  #last: Progress | undefined;
  #planned = 0;
  /** Planned seconds of what was found done in the store: a resumed run's pace must not count them. */
  #skipped = 0;
  #modelSeconds = 0;
  #evaluations = 0;
  #tokens = 0;

  constructor(options: LoopContextOptions, domain: Domain<Problem>) {
    this.configuration = options.configuration;
    this.store = options.store;
    this.domain = domain;
    this.random = new RandomStream(options.configuration.seed, ["closed-loop"]);
    this.signal = options.signal;
    const { calls, model: id } = options.configuration;
    this.kind = targetKind(id);
    const records = this.kind === "elsewhere" || asksForRecording(calls);
    this.recorder = records ? new CallRecorder(calls, options.store) : undefined;
    const { recorder } = this;
    this.openModel = new OpenModel((model, { revision, requestsAtOnce }) =>
      recorder === undefined
        ? model
        : recorder.record({ model, revision: revision(), ...(requestsAtOnce !== undefined && { requestsAtOnce }) }),
    );
    this.#onProgress = options.onProgress;
    const phases = options.phases;
    this.#plan = plannedPhases(options.configuration).filter(
      ({ phase, round }) => phases === undefined || (phases.includes(phase) && round <= 1),
    );
  }

  /** A problem as it is put to the model: its text alone where the model was made for the domain, a question elsewhere. */
  ask(question: string): Prompt {
    if (this.kind === "own") return question;
    return [{ role: "user", content: `${question.trim()}\n\n${this.domain.instruction}` }];
  }

  /** Tells who watches; adds an estimate of the time left. A phase's first report says what was done before it. */
  report(progress: Progress): void {
    const done = plannedSecondsDone(this.#plan, progress);
    if (done === undefined) {
      this.#onProgress?.(progress);
      return;
    }
    const first = this.#last?.phase !== progress.phase || this.#last.round !== progress.round;
    if (first) this.#skipped += Math.max(0, done - this.#planned);
    this.#last = progress;
    this.#planned = done;
    const elapsed = (performance.now() - this.#start) / 1000;
    const secondsLeft = expectedSecondsLeft(this.#plan, { done, skipped: this.#skipped, elapsed });
    this.#onProgress?.({ ...progress, secondsLeft });
  }

  /** Throws InterruptedError once the user asked to stop. */
  checkInterrupted(): void {
    if (this.signal?.aborted !== true) return;
    throw new InterruptedError({
      expected: "the run to go on",
      received: "a request to stop",
      remedy: "resume it: everything finished is committed",
      cause: this.signal.reason,
    });
  }

  /** Runs a call of the model and counts its time. */
  async spend<Result>(
    work: () => Promise<Result>,
    count: (result: Result) => { readonly evaluations: number; readonly tokens: number },
  ): Promise<Result> {
    const start = performance.now();
    const result = await work();
    this.#modelSeconds += (performance.now() - start) / 1000;
    const { evaluations, tokens } = count(result);
    this.#evaluations += evaluations;
    this.#tokens += tokens;
    return result;
  }

  /** Runs a phase and stores its cost when it ends, also where it is interrupted. */
  async phase<Result>(phase: ProgressPhase, round: number, work: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    const before = [this.#modelSeconds, this.#evaluations, this.#tokens] as const;
    let completed = false;
    try {
      const result = await work();
      completed = true;
      return result;
    } finally {
      const cost: PhaseCost = {
        phase,
        round,
        seconds: (performance.now() - start) / 1000,
        modelSeconds: this.#modelSeconds - before[0],
        evaluations: this.#evaluations - before[1],
        tokens: this.#tokens - before[2],
        completed,
      };
      this.store.appendEvent("phase", { ...cost });
    }
  }
}

/** Does some of a run's phases, and frees what they hold. */
export async function withLoopContext<Result>(
  options: LoopContextOptions,
  work: (context: LoopContext<GradeSchoolProblem>) => Promise<Result>,
): Promise<Result> {
  const context = new LoopContext(options, domainNamed(options.configuration.domain));
  try {
    return await work(context);
  } finally {
    await context.openModel.close();
    context.recorder?.close();
  }
}

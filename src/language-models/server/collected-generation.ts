/**
 * Requests that come at nearly the same time put together into one call of the model, for models that are fastest with
 * many prompts at once and do not join calls by themselves.
 *
 * Calls that differ in nothing but their prompts wait a few milliseconds for each other. Equal seeds stay equal: a sample
 * depends on its seed, its prompt and its number, never on what else is in a batch (language-model.ts). Calls without a
 * seed get one that nobody else with the same prompt has.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../../core/random.ts";
import { interrupted } from "../interrupted.ts";
import type { GenerateOptions, Generation, LanguageModel, Prompt } from "../language-model.ts";

type Rows = readonly (readonly Generation[])[];

/** Generates as the model does, but without a seed draws one. */
export type Generate = (options: GenerateOptions) => Promise<Rows>;

interface Call {
  readonly options: GenerateOptions;
  readonly resolve: (rows: Rows) => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
}

interface Group {
  /** All options but prompts, signal, onText and, where the group drew it, the seed. */
  readonly key: string;
  readonly seed: number;
  readonly drawn: boolean;
  readonly calls: Call[];
}

/** The model's generate, each call by itself; calls without a seed get one of their own. */
export function directGeneration(model: LanguageModel, random: RandomStream): Generate {
  return (options) => model.generate({ ...options, seed: options.seed ?? newSeed(random) });
}

/** The model's generate, calls with equal options within some milliseconds put together. */
export function collectedGeneration(options: {
  readonly model: LanguageModel;
  readonly random: RandomStream;
  readonly milliseconds: number;
}): Generate {
  const { model, random, milliseconds } = options;
  const open: Group[] = [];
  return (asked) =>
    new Promise((resolve, reject) => {
      const call: Call = { options: asked, resolve, reject, settled: false };
      let group = open.find((candidate) => takes(candidate, asked));
      if (group === undefined) {
        const drawn = asked.seed === undefined;
        const opened: Group = { key: keyOf(asked), seed: asked.seed ?? newSeed(random), drawn, calls: [] };
        open.push(opened);
        setTimeout(() => {
          open.splice(open.indexOf(opened), 1);
          void runGroup(model, opened);
        }, milliseconds);
        group = opened;
      }
      group.calls.push(call);
    });
}

function newSeed(random: RandomStream): number {
  return random.integer(0, 2 ** 31);
}

function keyOf({ prompts: _, signal: _signal, onText: _onText, seed: _seed, ...same }: GenerateOptions): string {
  return JSON.stringify(Object.entries(same).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Equal prompts with one seed would get equal answers, which is not what is expected of calls without a seed. */
function takes(group: Group, asked: GenerateOptions): boolean {
  if (group.drawn !== (asked.seed === undefined) || group.key !== keyOf(asked)) return false;
  if (!group.drawn) return group.seed === asked.seed;
  const there = new Set(group.calls.flatMap(({ options }) => options.prompts.map(textOf)));
  return !asked.prompts.some((prompt) => there.has(textOf(prompt)));
}

function textOf(prompt: Prompt): string {
  return JSON.stringify(prompt);
}

async function runGroup(model: LanguageModel, group: Group): Promise<void> {
  const calls = group.calls.filter(({ options }) => options.signal?.aborted !== true);
  for (const call of group.calls) if (!calls.includes(call)) settle(call, () => call.reject(interrupted()));
  const [first] = calls;
  if (first === undefined) return;
  if (calls.length === 1) return runAlone(model, first, group.seed);
  const everyoneLeft = new AbortController();
  const starts = startsOf(calls);
  let told = false;
  const stopListening = calls.map((call) =>
    whenAborted(call.options.signal, () => {
      settle(call, () => call.reject(interrupted()));
      if (calls.every(({ settled }) => settled)) everyoneLeft.abort();
    }),
  );
  const onText: GenerateOptions["onText"] = ({ prompt, sample, text }) => {
    told = true;
    const index = starts.findLastIndex((start) => start <= prompt);
    const call = calls[index] as Call;
    if (!call.settled) call.options.onText?.({ prompt: prompt - (starts[index] as number), sample, text });
  };
  try {
    const rows = await model.generate({
      ...first.options,
      prompts: calls.flatMap(({ options }) => options.prompts),
      seed: group.seed,
      signal: everyoneLeft.signal,
      ...(calls.some(({ options }) => options.onText !== undefined) && { onText }),
    });
    calls.forEach((call, index) => {
      const start = starts[index] as number;
      settle(call, () => call.resolve(rows.slice(start, start + call.options.prompts.length)));
    });
  } catch (error) {
    // One call's prompt may be what the model refuses: the others must not suffer from it.
    if (error instanceof InvalidArgumentError && !told) {
      for (const call of calls) if (!call.settled) void runAlone(model, call, group.seed);
    } else for (const call of calls) settle(call, () => call.reject(error));
  } finally {
    for (const stop of stopListening) stop();
  }
}

async function runAlone(model: LanguageModel, call: Call, seed: number): Promise<void> {
  try {
    const rows = await model.generate({ ...call.options, seed });
    settle(call, () => call.resolve(rows));
  } catch (error) {
    settle(call, () => call.reject(error));
  }
}

/** Where each call's prompts start among all. */
function startsOf(calls: readonly Call[]): number[] {
  let start = 0;
  return calls.map(({ options }) => {
    const own = start;
    start += options.prompts.length;
    return own;
  });
}

function whenAborted(signal: AbortSignal | undefined, listener: () => void): () => void {
  signal?.addEventListener("abort", listener, { once: true });
  return () => signal?.removeEventListener("abort", listener);
}

function settle(call: Call, how: () => void): void {
  if (call.settled) return;
  call.settled = true;
  how();
}

/**
 * Compiling a pure function over trees of tensors: traced once per signature (structure, element types, shapes), then
 * run as one ONNX graph. What a result has that does not depend on the arguments is a constant of the trace.
 */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { ElementArray } from "./element-type.ts";
import { evaluateGraph } from "./evaluate-graph.ts";
import { lowerTrace } from "./onnx/lower-trace.ts";
import { Session, type SessionInput, type SessionOptions } from "./onnx/session.ts";
import { type Tensor, tensor } from "./tensor.ts";
import { type Trace, trace } from "./trace.ts";
import { leavesOf, mapTree, type Tree } from "./tree.ts";
import { type TreeTemplate, templateOf } from "./tree-template.ts";

/** How a compiled function runs. */
export interface CompileOptions extends SessionOptions {
  /** "onnx" (default), or "reference": plain TypeScript, slow and exact, for tests and debugging. */
  readonly backend?: "onnx" | "reference";
  /** As in SessionOptions; by default true for the first signature and false for all others. */
  readonly retainMemory?: boolean;
}

/** A function on concrete tensors that runs as one graph. */
export interface CompiledFunction<Arguments extends readonly Tree[], Result extends Tree> {
  /**
   * The result for concrete arguments; their data is not copied and must not change while this runs. The first call of
   * a signature traces and builds (a quarter of a millisecond to a quarter of a second), later ones only run.
   */
  (...args: Arguments): Promise<Result>;
  /** Frees all sessions, after which a call builds anew. */
  close(): Promise<void>;
}

interface Program<Result extends Tree> {
  /** The result for the arguments' leaves. */
  run(leaves: readonly Tensor[]): Promise<Result>;
  close(): Promise<void>;
}

/** A program, and the arguments it is for. */
interface Entry<Result extends Tree> {
  readonly template: TreeTemplate;
  readonly building: Promise<Program<Result>>;
  program?: Program<Result>;
}

/**
 * Compiles f. Throws InvalidArgumentError where an argument is traced: call f itself inside other traced functions.
 */
export function compile<Arguments extends readonly Tree[], Result extends Tree>(
  f: (...args: Arguments) => Result,
  options: CompileOptions = {},
): CompiledFunction<Arguments, Result> {
  const entries = new Set<Entry<Result>>();
  const build = options.backend === "reference" ? referenceProgram : onnxProgram;

  const newEntry = (args: Arguments): Entry<Result> => {
    // Two sessions with memory of their own would seldom need it at once: those after the first give it back.
    const retainMemory = options.retainMemory ?? entries.size === 0;
    const building = build(trace(f, args), { ...options, retainMemory });
    const entry: Entry<Result> = { template: templateOf(args), building };
    entries.add(entry);
    building.then(
      (program) => {
        entry.program = program;
      },
      // A failed trace is forgotten, so that the next call reports the same error.
      () => entries.delete(entry),
    );
    return entry;
  };
  const run = async (...args: Arguments): Promise<Result> => {
    for (const entry of entries) {
      const leaves: Tensor[] = [];
      if (!entry.template.takeApart(args, leaves)) continue;
      requireConcrete(leaves, args);
      return (entry.program ?? (await entry.building)).run(leaves);
    }
    const leaves = leavesOf(args).map((leaf) => leaf.tensor);
    requireConcrete(leaves, args);
    return (await newEntry(args).building).run(leaves);
  };
  const close = async (): Promise<void> => {
    const opened = [...entries];
    entries.clear();
    for (const { building } of opened) await (await building).close();
  };
  return Object.assign(run, { close });
}

/**
 * f as an .onnx file (operator set 21 and com.microsoft's), for the argument types of the examples. Inputs are named by
 * position and path ("input.0.layers.1.weight"), results by path ("output.loss", or "output" alone); what the results
 * do not depend on is left out. Constants and fused operations are ONNX Runtime's, so it is the runtime to use.
 */
export function exportOnnx<Arguments extends readonly Tree[]>(
  f: (...args: Arguments) => Tree,
  examples: Arguments,
): Uint8Array {
  return lowerTrace(trace(f, examples)).model;
}

async function onnxProgram<Result extends Tree>(
  traced: Trace<Result>,
  options: CompileOptions,
): Promise<Program<Result>> {
  const { model, inputNames, outputNames } = lowerTrace(traced);
  // Results that are all constants need no session.
  const computed = outputNames.some((name) => name !== undefined);
  const session = computed ? await Session.create(model, options) : undefined;
  // Only types are kept: the graph itself is needed no more, and a traced leaf of the result would hold all of it.
  const template = templateOf(traced.result);
  const results = leavesOf(traced.result).map(({ tensor: leaf }, position) => {
    const name = outputNames[position];
    return name === undefined ? { constant: leaf } : { name, shape: leaf.shape };
  });
  return {
    run: async (leaves) => {
      const inputs: SessionInput[] = [];
      leaves.forEach((leaf, position) => {
        const name = inputNames[position];
        if (name !== undefined) inputs.push({ name, data: leaf.data, shape: leaf.shape });
      });
      const outputs = (await session?.run(inputs)) ?? {};
      const values = results.map(
        ({ constant, name, shape }) => constant ?? tensor(outputs[name] as ElementArray, { shape }),
      );
      return template.putTogether(values.values()) as Result;
    },
    close: async () => session?.close(),
  };
}

async function referenceProgram<Result extends Tree>(traced: Trace<Result>): Promise<Program<Result>> {
  const outputs = leavesOf(traced.result).map((leaf) => leaf.tensor);
  return {
    run: async (leaves) => {
      const values = new Map<Tensor, Tensor>();
      leaves.forEach((leaf, position) => {
        values.set((traced.inputs[position] as { tensor: Tensor }).tensor, leaf);
      });
      const results = evaluateGraph(outputs, values);
      return mapTree(traced.result, (leaf) => results.get(leaf) as Tensor);
    },
    close: async () => {},
  };
}

function requireConcrete(leaves: readonly Tensor[], args: readonly Tree[]): void {
  if (leaves.every((leaf) => leaf.concrete)) return;
  const traced = args.flatMap((arg) => leavesOf(arg)).find((leaf) => !leaf.tensor.concrete);
  throw new InvalidArgumentError({
    expected: "concrete tensors as arguments of a compiled function",
    received: `a traced one at "${traced?.path}"`,
    remedy: "inside a traced function call the plain function instead of the compiled one",
  });
}

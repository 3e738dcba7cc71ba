/**
 * Compiling a pure function over trees of tensors: traced once per signature (structure, element types, shapes), then
 * run as one ONNX graph. What a result has that does not depend on the arguments is a constant of the trace.
 */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { evaluateGraph } from "./evaluate-graph.ts";
import { lowerTrace } from "./onnx/lower-trace.ts";
import { Session, type SessionOptions } from "./onnx/session.ts";
import { placeholder, type Tensor, tensor } from "./tensor.ts";
import { signatureOf, type Trace, trace } from "./trace.ts";
import { leavesOf, mapTree, type Tree } from "./tree.ts";

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
  run(args: readonly Tree[]): Promise<Result>;
  close(): Promise<void>;
}

/**
 * Compiles f. Throws InvalidArgumentError where an argument is traced: call f itself inside other traced functions.
 */
export function compile<Arguments extends readonly Tree[], Result extends Tree>(
  f: (...args: Arguments) => Result,
  options: CompileOptions = {},
): CompiledFunction<Arguments, Result> {
  const programs = new Map<string, Promise<Program<Result>>>();
  const build = options.backend === "reference" ? referenceProgram : onnxProgram;

  const run = async (...args: Arguments): Promise<Result> => {
    const signature = signatureOf(args);
    let program = programs.get(signature);
    if (program === undefined) {
      // A failed trace is forgotten, so that the next call reports the same error.
      // Two sessions with memory of their own would seldom need it at once: those after the first give it back.
      const retainMemory = options.retainMemory ?? programs.size === 0;
      program = build(trace(f, args), { ...options, retainMemory }).catch((error: unknown) => {
        programs.delete(signature);
        throw error;
      });
      programs.set(signature, program);
    }
    return (await program).run(args);
  };
  const close = async (): Promise<void> => {
    const opened = [...programs.values()];
    programs.clear();
    for (const program of opened) await (await program).close();
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
  const { model, inputNames, outputNames, doubles } = lowerTrace(traced);
  // Results that are all constants need no session.
  const computed = outputNames.some((name) => name !== undefined);
  const session = computed ? await Session.create(model, options, doubles) : undefined;
  // The graph itself is needed no more; a leaf of the result would hold all of it.
  const template = mapTree(traced.result, (leaf) => (leaf.concrete ? leaf : placeholder(leaf)));
  return {
    run: async (args) => {
      const inputs = concreteLeaves(args).flatMap((leaf, position) => {
        const name = inputNames[position];
        return name === undefined ? [] : [{ name, data: leaf.data, shape: leaf.shape }];
      });
      const outputs = (await session?.run(inputs)) ?? {};
      let position = 0;
      return mapTree(template, (leaf) => {
        const name = outputNames[position++];
        const data = name === undefined ? undefined : outputs[name];
        return data === undefined ? leaf : tensor(data, { shape: leaf.shape });
      });
    },
    close: async () => session?.close(),
  };
}

async function referenceProgram<Result extends Tree>(traced: Trace<Result>): Promise<Program<Result>> {
  const outputs = leavesOf(traced.result).map((leaf) => leaf.tensor);
  return {
    run: async (args) => {
      const values = new Map<Tensor, Tensor>();
      concreteLeaves(args).forEach((leaf, position) => {
        values.set((traced.inputs[position] as { tensor: Tensor }).tensor, leaf);
      });
      const results = evaluateGraph(outputs, values);
      return mapTree(traced.result, (leaf) => results.get(leaf) as Tensor);
    },
    close: async () => {},
  };
}

function concreteLeaves(args: readonly Tree[]): Tensor[] {
  return args.flatMap((arg) =>
    leavesOf(arg).map(({ path, tensor: leaf }) => {
      if (!leaf.concrete) {
        throw new InvalidArgumentError({
          expected: "concrete tensors as arguments of a compiled function",
          received: `a traced one at "${path}"`,
          remedy: "inside a traced function call the plain function instead of the compiled one",
        });
      }
      return leaf;
    }),
  );
}

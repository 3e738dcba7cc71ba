/** A session of ONNX Runtime for one lowered trace: typed arrays in, typed arrays out. */
import * as ort from "onnxruntime-node";
// The public session waits for a turn of the event loop before each run and checks what is right by construction here,
// which takes longer than a small graph.
import { binding, initOrt } from "onnxruntime-node/dist/binding.js";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { type ElementArray, elementTypeOf } from "../element-type.ts";
import type { Shape } from "../shape.ts";
import type { ExternalData } from "./onnx-graph.ts";

/** How ONNX Runtime runs a graph. */
export interface SessionOptions {
  /** Threads of one operation (default 1): two help matrix products, small steps are better spread over workers. */
  readonly threads?: number;
  /**
   * For how many microseconds threads that wait for work look for it before they sleep (default 0). Waking one takes tens
   * of microseconds, which counts where operations are short; looking for long slows a busy machine down.
   */
  readonly spinMicroseconds?: number;
  /** ONNX Runtime's execution providers, e.g. ["cpu"]; others are passed through untested. */
  readonly providers?: readonly string[];
  /**
   * Whether memory of intermediate results is kept for the next run (default true) or given back to the system. Kept,
   * large graphs are up to a tenth faster, but each session holds as much as its largest moment needed.
   */
  readonly retainMemory?: boolean;
  /** What the model's external constants hold. */
  readonly externalData?: readonly ExternalData[];
}

export interface SessionInput {
  readonly name: string;
  readonly data: ElementArray;
  readonly shape: Shape;
}

type NativeSession = InstanceType<typeof binding.InferenceSession>;

/** Milliseconds of work after which timers, signals and messages get a turn. */
const longestTurn = 5;
let turnStart = performance.now();

/** A run holds the event loop; this lets it turn now and then, however short the runs are. */
async function letEventsBeHeard(): Promise<void> {
  if (performance.now() - turnStart < longestTurn) return;
  await new Promise((resume) => setImmediate(resume));
  turnStart = performance.now();
}

export class Session {
  readonly #session: NativeSession;
  readonly #outputs: Readonly<Record<string, null>>;

  private constructor(session: NativeSession) {
    this.#session = session;
    this.#outputs = Object.fromEntries(session.outputMetadata.map(({ name }) => [name, null]));
  }

  /** Throws UnsupportedCapabilityError where ONNX Runtime does not accept the model. */
  static async create(model: Uint8Array<ArrayBuffer>, options: SessionOptions = {}): Promise<Session> {
    await letEventsBeHeard();
    initOrt();
    const session = new binding.InferenceSession();
    const spinning = options.spinMicroseconds ?? 0;
    try {
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
        executionProviders: [...(options.providers ?? ["cpu"])],
        intraOpNumThreads: options.threads ?? 1,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: "all",
        // Planning one block for all of a run doubles the memory of a session and made no run faster.
        enableMemPattern: false,
        enableCpuMemArena: options.retainMemory ?? true,
        ...(options.externalData && { externalData: options.externalData }),
        // Failures are thrown; the log would only repeat them on the terminal.
        logSeverityLevel: 4,
        extra: {
          // Threads that spin while they wait slow a busy machine down five times.
          session: {
            intra_op:
              spinning > 0 ? { allow_spinning: "1", spin_duration_us: String(spinning) } : { allow_spinning: "0" },
          },
          // Products that transpose their left factor are slower than a transpose and a product, and products of single
          // rows with a factor are slower than without; factors of doubles are even rounded to single precision.
          optimization: { disable_specified_optimizers: "MatmulTransposeFusion;MatMulScaleFusion" },
        },
      });
    } catch (cause) {
      throw new UnsupportedCapabilityError({
        expected: "a graph of operations that ONNX Runtime has for these element types",
        received: firstLine(cause),
        remedy: 'use float32, or { backend: "reference" }',
        cause,
      });
    }
    return new Session(session);
  }

  /**
   * Inputs are not copied; outputs are new arrays, of all outputs unless some are named. The event loop waits while it runs.
   * Throws InvalidArgumentError where ONNX Runtime stops, e.g. at an index out of range; it names the operation.
   */
  async run(
    inputs: readonly SessionInput[],
    outputNames?: readonly string[],
  ): Promise<Readonly<Record<string, ElementArray>>> {
    await letEventsBeHeard();
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name, data, shape } of inputs) feeds[name] = ortTensor(data, shape);
    try {
      const wanted =
        outputNames === undefined ? this.#outputs : Object.fromEntries(outputNames.map((name) => [name, null]));
      const results = this.#session.run(feeds, wanted, {});
      const outputs: Record<string, ElementArray> = {};
      for (const name in results) outputs[name] = results[name]?.data as ElementArray;
      return outputs;
    } catch (cause) {
      throw new InvalidArgumentError({
        expected: "inputs that the compiled function can be run on",
        received: firstLine(cause),
        remedy: 'check indices and sizes; { backend: "reference" } names the line',
        cause,
      });
    }
  }

  async close(): Promise<void> {
    this.#session.dispose();
  }
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0] as string;
}

/** An ONNX Runtime tensor over the same memory. */
function ortTensor(data: ElementArray, shape: Shape): ort.Tensor {
  // The constructor is overloaded by element type; the pair is right by construction.
  return new ort.Tensor(elementTypeOf(data) as "float32", data as Float32Array, shape);
}

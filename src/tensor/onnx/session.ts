/** A session of ONNX Runtime for one lowered trace: typed arrays in, typed arrays out. */
import * as ort from "onnxruntime-node";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { type ElementArray, elementTypeOf } from "../element-type.ts";
import type { Shape } from "../shape.ts";

/** How ONNX Runtime runs a graph. */
export interface SessionOptions {
  /** Threads of one operation (default 1): two help matrix products, small steps are better spread over workers. */
  readonly threads?: number;
  /** ONNX Runtime's execution providers, e.g. ["cpu"]; others are passed through untested. */
  readonly providers?: readonly string[];
  /**
   * Whether memory of intermediate results is kept for the next run (default true) or given back to the system. Kept,
   * large graphs are up to a tenth faster, but each session holds as much as its largest moment needed.
   */
  readonly retainMemory?: boolean;
}

export interface SessionInput {
  readonly name: string;
  readonly data: ElementArray;
  readonly shape: Shape;
}

export class Session {
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
  }

  /**
   * @param doubles whether the model computes in double precision
   * Throws UnsupportedCapabilityError where ONNX Runtime does not accept the model.
   */
  static async create(model: Uint8Array, options: SessionOptions = {}, doubles = false): Promise<Session> {
    try {
      const session = await ort.InferenceSession.create(model, {
        executionProviders: [...(options.providers ?? ["cpu"])],
        intraOpNumThreads: options.threads ?? 1,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: "all",
        // Planning one block for all of a run doubles the memory of a session and made no run faster.
        enableMemPattern: false,
        enableCpuMemArena: options.retainMemory ?? true,
        // Failures are thrown; the log would only repeat them on the terminal.
        logSeverityLevel: 4,
        // Threads that spin while they wait slow a busy machine down five times.
        extra: {
          session: { intra_op: { allow_spinning: "0" } },
          optimization: {
            disable_specified_optimizers: [
              // Products that transpose their left factor themselves are slower than a transpose and a product.
              "MatmulTransposeFusion",
              // It rounds factors of products of doubles to single precision.
              ...(doubles ? ["MatMulScaleFusion"] : []),
            ].join(";"),
          },
        },
      });
      return new Session(session);
    } catch (cause) {
      throw new UnsupportedCapabilityError({
        expected: "a graph of operations that ONNX Runtime has for these element types",
        received: firstLine(cause),
        remedy: 'use float32, or { backend: "reference" }',
        cause,
      });
    }
  }

  /**
   * Inputs are not copied; outputs are new arrays. The event loop waits while it runs.
   * Throws InvalidArgumentError where ONNX Runtime stops, e.g. at an index out of range; it names the operation.
   */
  async run(inputs: readonly SessionInput[]): Promise<Readonly<Record<string, ElementArray>>> {
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name, data, shape } of inputs) feeds[name] = ortTensor(data, shape);
    const results = await this.#session.run(feeds).catch((cause: unknown) => {
      throw new InvalidArgumentError({
        expected: "inputs that the compiled function can be run on",
        received: firstLine(cause),
        remedy: 'check indices and sizes; { backend: "reference" } names the line',
        cause,
      });
    });
    const outputs: Record<string, ElementArray> = {};
    for (const name of Object.keys(results)) outputs[name] = results[name]?.data as ElementArray;
    return outputs;
  }

  async close(): Promise<void> {
    await this.#session.release();
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

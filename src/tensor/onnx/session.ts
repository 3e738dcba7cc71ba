/** A session of ONNX Runtime for one lowered trace: typed arrays in, typed arrays out. */
import * as ort from "onnxruntime-node";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { type ElementArray, elementTypeOf } from "../element-type.ts";
import type { Shape } from "../shape.ts";

export interface SessionOptions {
  /** Threads of one operation (default 1): two help matrix products, small steps are better spread over workers. */
  readonly threads?: number;
  /** ONNX Runtime's execution providers, e.g. ["cpu"]; others are passed through untested. */
  readonly providers?: readonly string[];
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

  static async create(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
    const session = await ort.InferenceSession.create(model, {
      executionProviders: [...(options.providers ?? ["cpu"])],
      intraOpNumThreads: options.threads ?? 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      // Threads that spin while they wait slow a busy machine down five times.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    return new Session(session);
  }

  /** Inputs are not copied; outputs are new arrays. The event loop waits while it runs. */
  async run(inputs: readonly SessionInput[]): Promise<Readonly<Record<string, ElementArray>>> {
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name, data, shape } of inputs) feeds[name] = ortTensor(data, shape);
    const results = await this.#session.run(feeds);
    const outputs: Record<string, ElementArray> = {};
    for (const name of Object.keys(results)) outputs[name] = results[name]?.data as ElementArray;
    return outputs;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** An ONNX Runtime tensor over the same memory. */
function ortTensor(data: ElementArray, shape: Shape): ort.Tensor {
  const elementType = elementTypeOf(data);
  if (elementType === "bool") return new ort.Tensor("bool", data as Uint8Array, shape);
  if (elementType === "float32") return new ort.Tensor("float32", data as Float32Array, shape);
  if (elementType === "int32") return new ort.Tensor("int32", data as Int32Array, shape);
  if (elementType === "float64") return new ort.Tensor("float64", data as Float64Array, shape);
  throw new InvalidArgumentError({
    expected: "float32, float64, int32 or bool data",
    received: String(elementType),
    remedy: "convert it first",
  });
}

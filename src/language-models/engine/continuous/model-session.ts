/** A large model's graph in a session, and a run of it on tokens and caches. */
import { headSize, type TransformerParameters, type TransformerShape } from "../../../nn/transformer.ts";
import type { ElementArray } from "../../../tensor/element-type.ts";
import { Session, type SessionInput } from "../../../tensor/onnx/session.ts";
import type { Shape } from "../../../tensor/shape.ts";
import type { WeightPrecision } from "../weight-precision.ts";
import { fourBitFormat } from "./block-format.ts";
import { batchShapes, cacheNames, decodingGraph } from "./decoding-graph.ts";
import type { LaneCache } from "./lane-cache.ts";
import { float32Format } from "./weight-format.ts";

export interface ModelSessionOptions {
  readonly shape: TransformerShape;
  readonly parameters: TransformerParameters;
  readonly precision?: WeightPrecision;
  /** Threads of one operation (default 1). */
  readonly threads?: number;
  /** Positions that a sequence can reach. */
  readonly contextLength: number;
}

/** About as long as the operations between two that use all threads. */
const spinMicroseconds = 100;

/** Tokens of blocks x lanes sequences, `queries` of each, and what they look back at. */
export interface DecodingBatch {
  readonly blocks: number;
  readonly lanes: number;
  readonly queries: number;
  /** [blocks * lanes * queries], as are the positions. */
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  /** [blocks * lanes, queries or 1, capacities + queries]: 0 where a token may look, hugely negative elsewhere. */
  readonly mask: Float32Array;
  /** A lane for each block, and one for each sequence. */
  readonly prompts?: LaneCache;
  readonly own?: LaneCache;
  /** Tokens whose successors are asked for, by index. */
  readonly last: Int32Array;
  /** For each of `last`; see token-choice-graph.ts. */
  readonly sharpness: Float32Array;
  readonly uniform: Float32Array;
  readonly targets?: Int32Array;
}

export interface DecodingResult {
  /** Keys and values of each token, [tokens, layers, 2, G * D]. */
  readonly newRows: Float32Array;
  readonly total: Float32Array;
  readonly running: Float32Array;
  readonly block: Int32Array;
  readonly blockScores: Float32Array;
  /** Only where asked for. */
  readonly targetScores?: Float32Array;
  readonly scores?: Float32Array;
  /** Final hidden states, normalised, [tokens, hidden]. */
  readonly hidden?: Float32Array;
}

export class ModelSession {
  readonly shape: TransformerShape;
  readonly contextLength: number;
  /** Rows of the embedding, [tokens, hidden]. */
  readonly #embedding: Float32Array;
  readonly #session: Session;

  private constructor(options: ModelSessionOptions, session: Session) {
    this.shape = options.shape;
    this.contextLength = options.contextLength;
    const embedding = options.parameters.model.embed_tokens.weight.data as Float32Array;
    // A copy where it is a part of a file's memory, so that the rest can go.
    this.#embedding = embedding.byteLength < embedding.buffer.byteLength ? embedding.slice() : embedding;
    this.#session = session;
  }

  static async create(options: ModelSessionOptions): Promise<ModelSession> {
    const { shape, parameters, precision = "float32", threads = 1, contextLength } = options;
    const format = precision === "float32" ? float32Format : fourBitFormat;
    const graph = decodingGraph({ shape, parameters, format, contextLength });
    const session = await Session.create(graph.toBytes(), {
      threads,
      externalData: graph.externalData,
      ...(threads > 1 && { spinMicroseconds }),
    });
    return new ModelSession(options, session);
  }

  /** @param wanted outputs beside those that sampling needs */
  async run(
    batch: DecodingBatch,
    wanted: readonly ("targetScores" | "scores" | "hidden")[] = [],
  ): Promise<DecodingResult> {
    const names = ["newRows", "total", "running", "block", "blockScores", ...wanted];
    const outputs = await this.#session.run(this.#inputs(batch), names);
    return outputs as unknown as DecodingResult;
  }

  #inputs(batch: DecodingBatch): SessionInput[] {
    const { shape } = this;
    const { blocks, lanes, queries, tokens, last, prompts, own } = batch;
    const inputs: SessionInput[] = [];
    const add = (name: string, data: ElementArray, dimensions: Shape) => inputs.push({ name, data, shape: dimensions });
    for (const [name, lengths] of Object.entries(batchShapes(shape, batch))) add(name, Int32Array.from(lengths), [6]);
    const parts = [prompts?.positions ?? 0, own?.positions ?? 0, queries] as const;
    const width = parts[0] + parts[1] + parts[2];
    add("rows", this.#rowsOf(tokens), [tokens.length, 1, shape.hiddenSize]);
    add("positions", batch.positions, [tokens.length, 1]);
    add("parts", Int32Array.from(parts), [3]);
    add("mask", batch.mask, [blocks, lanes, 1, 1, batch.mask.length / (blocks * lanes * width), width]);
    add("last", last, [last.length]);
    add("sharpness", batch.sharpness, [last.length, 1]);
    add("uniform", batch.uniform, [last.length, 1]);
    add("targets", batch.targets ?? new Int32Array(last.length), [last.length, 1]);
    const nothing = { keys: new Float32Array(0), values: new Float32Array(0) };
    for (let layer = 0; layer < shape.layers; layer++) {
      const names = cacheNames(layer);
      const cache = (positions: number, rows: number) => [
        blocks,
        rows,
        shape.keyValueHeads,
        1,
        positions,
        headSize(shape),
      ];
      const prompt = prompts?.layer(layer, blocks) ?? nothing;
      add(names.promptKeys, prompt.keys, cache(parts[0], 1));
      add(names.promptValues, prompt.values, cache(parts[0], 1));
      const ownRows = own?.layer(layer, blocks * lanes) ?? nothing;
      add(names.keys, ownRows.keys, cache(parts[1], lanes));
      add(names.values, ownRows.values, cache(parts[1], lanes));
    }
    return inputs;
  }

  #rowsOf(tokens: Int32Array): Float32Array {
    const { hiddenSize } = this.shape;
    const rows = new Float32Array(tokens.length * hiddenSize);
    tokens.forEach((token, row) => {
      rows.set(this.#embedding.subarray(token * hiddenSize, (token + 1) * hiddenSize), row * hiddenSize);
    });
    return rows;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

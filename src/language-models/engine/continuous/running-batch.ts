/**
 * Sequences that are sampled together, one token a step: blocks of lanes, whose sequences have one prompt. A lane whose
 * sequence ends takes its request's next sample; a block without sequences makes room.
 */
import { headSize } from "../../../nn/transformer.ts";
import { LaneCache } from "./lane-cache.ts";
import type { DecodingResult, ModelSession } from "./model-session.ts";
import {
  appendChoice,
  firstChoice,
  nextSequence,
  nucleusChoice,
  type RunningRequest,
  requireFinite,
  type Sequence,
  sharpnessOf,
  waitingSamples,
  wantsAlternatives,
} from "./sequence.ts";
import { drawFromBlock, greatestOfBlock } from "./token-draw.ts";

const hidden = -1e9;

interface Block {
  readonly request: RunningRequest;
  readonly sequences: (Sequence | undefined)[];
}

export class RunningBatch {
  readonly lanes: number;
  readonly #session: ModelSession;
  readonly #prompts: LaneCache;
  readonly #own: LaneCache;
  #blocks: Block[] = [];

  constructor(session: ModelSession, lanes: number) {
    this.#session = session;
    this.lanes = lanes;
    const { shape } = session;
    this.#prompts = new LaneCache({ ...shape, headSize: headSize(shape) });
    this.#own = new LaneCache({ ...shape, headSize: headSize(shape) });
  }

  /** Lanes that a step computes. */
  get size(): number {
    return this.#blocks.length * this.lanes;
  }

  /** Adds a block for a request whose prompt was read, with as many of its samples as there are lanes. */
  add(request: RunningRequest): void {
    const block: Block = { request, sequences: Array.from({ length: this.lanes }, () => begin(request)) };
    if (block.sequences.every((sequence) => sequence === undefined)) return;
    const place = this.#blocks.length;
    this.#blocks.push(block);
    this.#fit();
    const { rows } = request.read as { readonly rows: Float32Array };
    const width = rows.length / request.prompt.length;
    for (let position = 0; position < request.prompt.length; position++) {
      this.#prompts.write(place, position, rows, position * width);
    }
  }

  /** Caches that hold all sequences and their next keys and values. */
  #fit(): void {
    const longest = this.#blocks.reduce((length, { request }) => Math.max(length, request.prompt.length), 1);
    const most = this.#sequences().reduce((length, sequence) => Math.max(length, sequence?.tokens.length ?? 0), 1);
    this.#prompts.fit(this.#blocks.length, this.#blocks.length, longest);
    this.#own.fit(this.size, this.size, most);
  }

  #sequences(): (Sequence | undefined)[] {
    return this.#blocks.flatMap(({ sequences }) => sequences);
  }

  /** One token for every sequence. Throws NumericalError where scores are not finite. */
  async step(): Promise<void> {
    this.#removeBlocks();
    if (this.#blocks.length === 0) return;
    this.#fit();
    const sequences = this.#sequences();
    const uniform = sequences.map((sequence) => uniformOf(sequence));
    const whole = sequences.some(
      (sequence) => sequence !== undefined && (drawsFromNucleus(sequence) || wantsAlternatives(sequence.request)),
    );
    const batch = {
      blocks: this.#blocks.length,
      lanes: this.lanes,
      queries: 1,
      tokens: Int32Array.from(sequences, (sequence) => sequence?.tokens.at(-1) ?? 0),
      positions: Int32Array.from(sequences, (sequence) =>
        sequence === undefined ? 0 : sequence.request.prompt.length + sequence.tokens.length - 1,
      ),
      mask: this.#mask(sequences),
      prompts: this.#prompts,
      own: this.#own,
      last: Int32Array.from(sequences, (_, row) => row),
      sharpness: Float32Array.from(sequences, (sequence) =>
        sequence === undefined ? 1 : sharpnessOf(sequence.request.job.job),
      ),
      uniform: Float32Array.from(uniform),
    };
    const result = await this.#session.run(batch, whole ? ["scores"] : []);
    this.#take(result, sequences, uniform);
  }

  #mask(sequences: readonly (Sequence | undefined)[]): Float32Array {
    const [prompts, own] = [this.#prompts.positions, this.#own.positions];
    const width = prompts + own + 1;
    const mask = new Float32Array(sequences.length * width);
    sequences.forEach((sequence, row) => {
      const start = row * width;
      mask.fill(hidden, start + (sequence?.request.prompt.length ?? 0), start + prompts);
      mask.fill(hidden, start + prompts + (sequence === undefined ? 0 : sequence.tokens.length - 1), start + width - 1);
    });
    return mask;
  }

  #take(result: DecodingResult, sequences: readonly (Sequence | undefined)[], uniform: readonly number[]): void {
    const rows = sequences.length;
    const rowOf = (array: Float32Array, row: number) =>
      array.subarray((row * array.length) / rows, ((row + 1) * array.length) / rows);
    sequences.forEach((sequence, row) => {
      if (sequence === undefined || sequence.request.job.done) return;
      const width = result.newRows.length / rows;
      this.#own.write(row, sequence.tokens.length - 1, result.newRows, row * width);
      const total = result.total[row] as number;
      requireFinite(total);
      const { job } = sequence.request.job;
      const running = rowOf(result.running, row);
      const choices = { running, block: result.block[row] as number, blockScores: rowOf(result.blockScores, row) };
      const choice =
        job.temperature === 0
          ? greatestOfBlock(choices)
          : drawsFromNucleus(sequence)
            ? nucleusChoice(running, rowOf(result.scores as Float32Array, row), job, sequence.random)
            : drawFromBlock(choices, uniform[row] as number, sharpnessOf(job));
      const scores = wantsAlternatives(sequence.request) ? rowOf(result.scores as Float32Array, row) : undefined;
      if (!appendChoice(sequence, choice, { total, scores })) return;
      const block = this.#blocks[Math.floor(row / this.lanes)] as Block;
      block.sequences[row % this.lanes] = begin(block.request);
    });
  }

  /** Lets go of jobs that are done, and of blocks without sequences; the last blocks take their places. */
  #removeBlocks(): void {
    for (let place = this.#blocks.length - 1; place >= 0; place--) {
      const { request, sequences } = this.#blocks[place] as Block;
      if (!request.job.done && sequences.some((sequence) => sequence !== undefined)) continue;
      const from = this.#blocks.length - 1;
      this.#blocks[place] = this.#blocks[from] as Block;
      this.#blocks.pop();
      if (from === place) continue;
      this.#prompts.move(from, place);
      for (let lane = 0; lane < this.lanes; lane++) this.#own.move(from * this.lanes + lane, place * this.lanes + lane);
    }
  }
}

/** The request's next sample with its first token; samples that end with it are passed over. */
function begin(request: RunningRequest): Sequence | undefined {
  while (!request.job.done && waitingSamples(request) > 0) {
    const sequence = nextSequence(request);
    const { answer } = request.read as NonNullable<RunningRequest["read"]>;
    if (!appendChoice(sequence, firstChoice(answer, request.job.job, sequence.random), answer)) return sequence;
  }
  return undefined;
}

function drawsFromNucleus({ request }: Sequence): boolean {
  const { temperature, topP } = request.job.job;
  return temperature > 0 && topP < 1;
}

/** What the graph's choice of a block begins with; negative for the greatest. */
function uniformOf(sequence: Sequence | undefined): number {
  if (sequence === undefined || sequence.request.job.job.temperature === 0) return -1;
  return drawsFromNucleus(sequence) ? 0 : sequence.random.uniform();
}

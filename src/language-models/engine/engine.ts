/** A transformer in this thread: samples and scores token rows. */
import { RandomStream } from "../../core/random.ts";
import { type TransformerParameters, transformerTemplate } from "../../nn/transformer.ts";
import { tensor } from "../../tensor/tensor.ts";
import { mapTree } from "../../tensor/tree.ts";
import type { StopSignal } from "../interrupted.ts";
import type { EngineModel, SampledTokens, SampleJob, ScoreJob } from "./engine-job.ts";
import { Sampler } from "./sampler.ts";
import { type CompletionScore, Scorer } from "./scorer.ts";

export class Engine {
  readonly #parameters: TransformerParameters;
  readonly #sampler: Sampler;
  readonly #scorer: Scorer;

  constructor(model: EngineModel, threads = 1) {
    const { shape } = model;
    let position = 0;
    this.#parameters = mapTree(transformerTemplate(shape), (leaf) =>
      tensor(model.arrays[position++] as Float32Array, { shape: leaf.shape }),
    );
    this.#sampler = new Sampler({ shape, parameters: this.#parameters, threads });
    this.#scorer = new Scorer({ shape, threads });
  }

  async sample(job: SampleJob, signal?: StopSignal): Promise<SampledTokens[][]> {
    const requests = job.requests.map(({ prompt, streams }) => ({
      prompt,
      randoms: streams.map(({ seed, path }) => new RandomStream(seed, path)),
    }));
    const results = await this.#sampler.sample(requests, signal === undefined ? job : { ...job, signal });
    return results.map((row) =>
      row.map(({ tokens, logProbability, finished }) => ({ tokens, logProbability, finished })),
    );
  }

  async score(job: ScoreJob, signal?: StopSignal): Promise<CompletionScore[]> {
    return this.#scorer.score(this.#parameters, job.examples, signal);
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    await this.#sampler.close();
    await this.#scorer.close();
  }
}

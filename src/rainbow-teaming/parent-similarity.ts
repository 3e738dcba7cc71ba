/** By what a child is told from its parent, as a domain's file and a run's configuration have it: BLEU, or meaning. */
import { z } from "zod";

const share = (error: string) => z.number({ error }).gt(0, { error }).max(1, { error });

/** A cosine, by an embedder: "n-grams", "use-lite", or the id of a model that embeds. */
export const cosineSchema = z.strictObject(
  {
    by: z.string({ error: "an embedder: n-grams, use-lite or a model's id" }).min(1),
    threshold: share("a cosine above 0 and at most 1; what unlike texts have differs from embedder to embedder"),
  },
  { error: "an embedder with by and threshold" },
);

/** BLEU, or an embedder's cosine, from which a child is too much like its parent. */
export const parentSimilaritySchema = z.union([share("a BLEU above 0 and at most 1"), cosineSchema], {
  error: "a BLEU between 0 and 1, or a cosine as { by: use-lite, threshold: 0.85 }",
});

/** From what on children are discarded. */
export type ParentSimilarity = z.output<typeof parentSimilaritySchema>;

/** The embedder that it asks; undefined for BLEU, and without a filter. */
export function embedderOfSimilarity(similarity: ParentSimilarity | null): string | undefined {
  return similarity === null || typeof similarity === "number" ? undefined : similarity.by;
}

/** What is measured, for people: "BLEU", "cosine by use-lite". */
export function similarityMeasure(similarity: ParentSimilarity): string {
  return typeof similarity === "number" ? "BLEU" : `cosine by ${similarity.by}`;
}

/** From what on children are discarded, for people: "BLEU from 0.6", "none". */
export function describeSimilarity(similarity: ParentSimilarity | null): string {
  if (similarity === null) return "none";
  return `${similarityMeasure(similarity)} from ${typeof similarity === "number" ? similarity : similarity.threshold}`;
}

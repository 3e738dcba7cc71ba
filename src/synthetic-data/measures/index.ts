export * from "./attribute-mean.ts";
export {
  type BleuOptions,
  type BleuScore,
  type BleuSmoothing,
  type BleuTokenization,
  corpusBleu,
  sentenceBleu,
} from "./bleu.ts";
export * from "./complexity/length.ts";
export { type ReasoningStepsOptions, reasoningSteps, reasoningStepsDescriptor } from "./complexity/reasoning-steps.ts";
export * from "./descriptor.ts";
export { type ArchiveCoverageOptions, archiveCoverage } from "./diversity/archive-coverage.ts";
export * from "./diversity/compression-ratio.ts";
export * from "./diversity/descriptor-entropy.ts";
export * from "./diversity/distinct-n.ts";
export * from "./diversity/duplicate-rate.ts";
export * from "./diversity/self-bleu.ts";
export * from "./measure.ts";
export * from "./quality/verifier-accuracy.ts";
export { type RowMeanMeasureOptions, rowMeanMeasure } from "./row-mean-measure.ts";
export type { RowPart } from "./row-text.ts";
export * from "./standard-measures.ts";
export { tokenize13a } from "./tokenize-13a.ts";

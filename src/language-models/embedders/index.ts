export * from "./embedder.ts";
export * from "./language-model-embedder.ts";
export * from "./ngram-embedder.ts";
export * from "./open-embedder.ts";
export { innerProduct } from "./unit-vector.ts";
export * from "./use-lite-embedder.ts";

/** The part of a report that is about the transfer of prompts to other models: plain JSON. All texts are hostile. */
import type { Interval } from "./view-model.ts";

/** A share of prompts that a target handles badly. */
export interface TransferRateView {
  readonly successes: number;
  /** Prompts whose outcome is known. */
  readonly trials: number;
  /** Families of these prompts, the descendants of one seed; missing where lineage is not known. */
  readonly families?: number;
  /** With its 95 % interval, over families where there are several, else Wilson's; missing where nothing is known. */
  readonly rate?: Interval;
}

/** One target and the prompts of one archive, by one judge. */
export interface TransferCellView extends TransferRateView {
  readonly target: string;
  /** Whether it is what the search left: the model that the archive was searched against. */
  readonly source?: true;
  /** Prompts without a response, or whose judgement could not be read. */
  readonly unknown: number;
  /** Rate - rate of the searched model, paired by prompt, in [-1, 1], with a 95 % interval. */
  readonly difference?: Interval;
  /** The share among prompts that the searched model handles badly. */
  readonly amongSuccesses?: TransferRateView;
  /** By the labels of the archive's dimensions, in their order. */
  readonly categories: readonly (TransferRateView & { readonly dimension: string; readonly label: string })[];
}

/** What one judge says of all targets. */
export interface TransferJudgeView {
  /** In words, with its model. */
  readonly judge: string;
  readonly heldOut: boolean;
  /** The searched model first, where its responses are judged, then the targets that are done. */
  readonly cells: readonly TransferCellView[];
}

/** Prompts of one search, put to other models. */
export interface TransferArchiveView {
  readonly name: string;
  /** The model that it was searched against. */
  readonly source: string;
  readonly prompts: number;
  /** How many families its prompts are of; missing where lineage is not known. */
  readonly families?: number;
  /** Which intervals its numbers have, in a sentence. */
  readonly intervals: string;
  readonly judges: readonly TransferJudgeView[];
}

/** The transfer matrix of an attack. */
export interface TransferView {
  readonly targets: readonly string[];
  readonly archives: readonly TransferArchiveView[];
}

/** What the report page shows: plain JSON, made from a run by `runToViewModel`, drawn by web/. All texts are hostile. */

import type { PairMeasurement, ScoreMeasurement } from "../judges/measure-judge.ts";
import type { ReviewDecision } from "../rainbow-teaming/review/review.ts";
import type { ReviewSummary } from "../rainbow-teaming/review/review-agreement.ts";
import type { TransferView } from "./transfer-view-model.ts";

/** An estimate with the ends of its 95 % interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** A problem of the archive, or an ancestor of one. */
export interface ArchiveItemView {
  readonly id: string;
  /** Undefined for a seed. */
  readonly parentId?: string;
  /** One bin per dimension. */
  readonly bins: readonly number[];
  readonly problem: string;
  readonly modelAnswer: string;
  /** Missing where a judge tells, and no answer is the right one. */
  readonly rightAnswer?: string;
  /** Of a prompt: whether the target handles it well, its response being no success of the search. */
  readonly correct: boolean;
  readonly fitness: number;
  /** False where the judge's answer could not be read: correct and fitness say nothing then. */
  readonly scored?: false;
  readonly iteration: number;
  /** How it came from its parent: of a prompt, what was asked for. */
  readonly mutation: string;
  /** The text that was mutated where it was no item but a seed of the domain. */
  readonly seed?: string;
  /** Of it and its parent, by the search's filter: BLEU in [0, 1] or a cosine; missing where nothing was compared. */
  readonly similarity?: number;
  /** False for an ancestor that is shown for lineage only and is no longer in the archive. */
  readonly elite: boolean;
  /** What judges said of it, a line each. */
  readonly judgements?: readonly string[];
  /** Why judges said so, in their own words. */
  readonly reasons?: readonly { readonly judge: string; readonly text: string }[];
  /** What a reviewer decided. */
  readonly review?: ReviewDecision;
  /** The better answer that a reviewer wrote. */
  readonly correction?: string;
}

/** The archive of a search: cells by their bins, elites with lineage. */
export interface ArchiveView {
  readonly dimensions: readonly { readonly name: string; readonly bins: readonly string[] }[];
  /** Elites, and all of their ancestors. */
  readonly items: readonly ArchiveItemView[];
  /** Of how many rounds: each problem was found against the model of its own round. 1 where it is left out. */
  readonly rounds?: number;
  /** Cells whose best fitness is below this are weak: filled, but the model does not fail there. */
  readonly weakBelow: number;
  /** What an item is: a problem with a right answer (where it is left out), or a prompt whose response a judge scores. */
  readonly kind?: "prompts";
  /** What the filter compared child and parent by, as "cosine by use-lite"; BLEU where it is left out. */
  readonly similarityBy?: string;
  /** Whether texts are hidden until asked for. */
  readonly hidden?: true;
}

/** Accuracy before and after on one test set, or of two attacks. */
export interface ComparisonView {
  readonly name: string;
  readonly description: string;
  readonly problems: number;
  /** What is counted by `problems`; problems where it is left out. */
  readonly counted?: "prompts" | "cells";
  /** Shares in [0, 1] with 95 % intervals: Wilson's, or the bootstrap's over families of a search's proposals. */
  readonly before: Interval;
  readonly after: Interval;
  /** after - before in [-1, 1]: 95 % paired bootstrap where the problems are the same, over families elsewhere. */
  readonly difference: Interval;
  readonly paired: boolean;
  readonly verdict: "better" | "worse" | "no clear change" | "too few to tell";
}

/** What a reader should make of the verdict, in a word and in a sentence. */
export interface StandingView {
  /** "Better", "By a held-out judge". */
  readonly word: string;
  readonly explanation: string;
}

/** Lines over a common horizontal axis; points are [horizontal, vertical] in order. */
export interface CurveView {
  readonly name: string;
  readonly horizontal: string;
  readonly vertical: string;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
}

/** One measure of the data card. */
export interface CardRowView {
  readonly axis: "quality" | "diversity" | "complexity";
  readonly measure: string;
  readonly description: string;
  readonly higherMeans: string;
  /** "share": a value in [0, 1], written as a percentage. */
  readonly unit?: "share";
  /** NaN where the measure is not defined for the data. */
  readonly value: number;
  /** Bootstrap interval where it is affordable. */
  readonly interval?: readonly [number, number];
}

/** What the calls of a model in one role took. */
export interface SpendingView {
  readonly role: string;
  readonly model: string;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In words: "$0.12", "not known". */
  readonly price: string;
}

/** A run inside of a run's folder. */
export interface PartView {
  readonly name: string;
  /** Its folder, from that of the run. */
  readonly folder: string;
  /** What became of it, in one sentence. */
  readonly verdict: string;
}

/** A whole report. */
export interface ReportViewModel {
  readonly format: 1;
  /** A search over prompts, an attack with known ones, what is made of several; left out for runs with a verifier. */
  readonly kind?: "search" | "attack" | "improvement";
  readonly title: string;
  /** One sentence. */
  readonly verdict: string;
  readonly verdictTone: "good" | "mixed" | "bad" | "unfinished";
  /** Left out where the tone says it: better, mixed, worse, unfinished. */
  readonly standing?: StandingView;
  readonly createdAt: string;
  /** The command that repeats the run. */
  readonly command: string;
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  /** What the run was begun with, whatever made the report. */
  readonly versions: readonly { readonly name: string; readonly value: string }[];
  readonly cost: readonly {
    readonly phase: string;
    readonly seconds: number;
    readonly evaluations: number;
    readonly tokens: number;
  }[];
  /** What calls of models took, by role. */
  readonly spending?: readonly SpendingView[];
  /** Runs that this one is made of, each with a report of its own. */
  readonly parts?: readonly PartView[];
  readonly archive?: ArchiveView;
  /** How much of archives transfers to other models. */
  readonly transfer?: TransferView;
  readonly comparisons: readonly ComparisonView[];
  readonly curves: readonly CurveView[];
  readonly card: readonly CardRowView[];
  /** What the judge of a search over prompts is worth by people's labels. */
  readonly judge?: PairMeasurement | ScoreMeasurement;
  /** What people decided about the prompts, and how far the judge agrees. */
  readonly reviews?: ReviewSummary;
  /** Plain remarks: what the numbers do not show, what fell short. */
  readonly notes: readonly string[];
}

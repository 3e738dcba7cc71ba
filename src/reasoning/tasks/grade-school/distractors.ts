/** Sentences that belong to the story but not to the question. */
import { type Template, template } from "./template.ts";

export const distractorKinds = ["object", "age", "bus"] as const;

export type DistractorKind = (typeof distractorKinds)[number];

/** {objects} is another thing than the problem's, {focus} the person in focus where the sentence stands. */
export const distractorTemplates: Readonly<Record<DistractorKind, readonly Template[]>> = {
  object: [template("{focus} also has {number} {objects}."), template("{focus} also sees {number} {objects}.")],
  age: [template("{focus} is {number} years old.")],
  bus: [template("The bus leaves at {number}."), template("The bus comes at {number}.")],
};

/** Least and greatest number a distractor of each kind names. */
export const distractorNumbers: Readonly<Record<DistractorKind, readonly [number, number]>> = {
  object: [2, 99],
  age: [6, 80],
  bus: [2, 12],
};

/** The most distractors in a story. */
export const mostDistractors = 2;

/**
 * Ways of telling one story: other verbs and another order of sentence.
 *
 * "people" puts the person first, "events" the event; both occur in all chapters of the pretraining corpus. "supply"
 * occurs in one chapter only, so its sentences for the other chapters' operations are new to a pretrained model,
 * although each of their words is known to it (a test holds that).
 */
import type { OperationKind } from "./operations.ts";
import { type Template, template } from "./template.ts";

export const surfaceNames = ["people", "events", "supply"] as const;

export type SurfaceName = (typeof surfaceNames)[number];

export const commonSurfaces: readonly SurfaceName[] = ["people", "events"];

export const rareSurface: SurfaceName = "supply";

export interface Surface {
  /** The first sentence where there are no boxes. */
  readonly start: readonly Template[];
  /** boxes: the first sentence; others: the step's sentence. {focus} of a comparison is the new person. */
  readonly steps: Readonly<Record<OperationKind, readonly Template[]>>;
  readonly question: readonly Template[];
}

/** The same sentence with each of the verbs where it has {verb}. */
function withVerbs(text: string, verbs: readonly string[]): Template[] {
  return verbs.map((verb) => template(text.replace("{verb}", verb)));
}

const people: Surface = {
  start: [template("{focus} has {amount} {objects}.")],
  steps: {
    boxes: [template("{focus} has {number} {containers} with {amount} {objects} each.")],
    add: withVerbs("{focus} {verb} {number} more {objects}.", ["buys", "finds", "gets"]),
    subtract: withVerbs("{focus} {verb} {number} {objects}.", ["gives away", "loses", "sells"]),
    multiply: withVerbs("{verb} {focus} has {number} times as many {objects}.", ["Soon", "A week later"]),
    divide: [
      template("{focus} makes {number} equal piles and keeps one."),
      template("{focus} fills {number} equal bags and keeps one."),
    ],
    percentage: [
      template("{focus} keeps only {number}% of the {objects}."),
      template("{focus} keeps {number}% and gives away the rest."),
    ],
    more: withVerbs("{focus} {verb} {number} more {objects} than {other}.", ["has", "owns"]),
    fewer: withVerbs("{focus} {verb} {number} fewer {objects} than {other}.", ["has", "owns"]),
    times: withVerbs("{focus} {verb} {number} times as many {objects} as {other}.", ["has", "owns"]),
    together: withVerbs("{focus} {verb} all of {other}'s {objects}.", ["gets", "takes"]),
    difference: withVerbs("{focus} {verb} as many {objects} as {other} has.", ["gives away", "loses", "sells"]),
  },
  question: [
    template("How many {objects} does {focus} have now?"),
    template("How many {objects} does {focus} have in the end?"),
  ],
};

const events: Surface = {
  start: [template("There are {amount} {objects} in {focus}'s room.")],
  steps: {
    boxes: [template("There are {number} {containers} of {amount} {objects} in {focus}'s room.")],
    add: withVerbs("Then {number} more {objects} {verb} to {focus}.", ["come", "are brought"]),
    subtract: withVerbs("Then {number} of {focus}'s {objects} are {verb}.", ["lost", "sold", "taken away"]),
    multiply: [template("Then {focus}'s {objects} become {number} times as many.")],
    divide: [template("Then only one of {number} equal parts is kept.")],
    percentage: [template("Then only {number}% of the {objects} are kept.")],
    more: [template("Compared with {other}, {focus} has {number} more {objects}.")],
    fewer: [template("Compared with {other}, {focus} has {number} fewer {objects}.")],
    times: [template("Compared with {other}, {focus} has {number} times as many {objects}.")],
    together: withVerbs("Then all of {other}'s {objects} {verb} to {focus}.", ["come", "are brought"]),
    difference: [template("Then as many {objects} as {other} has are taken from {focus}.")],
  },
  question: [template("What is the number of {objects} {focus} has now?")],
};

const supply: Surface = {
  start: [template("{focus} starts with a supply of {amount} {objects}.")],
  steps: {
    boxes: [template("{focus} starts with {number} {containers} of {amount} {objects}.")],
    add: [
      template("{focus}'s supply grows by {number} {objects}."),
      template("{focus} earns {number} extra {objects}."),
    ],
    subtract: [
      template("{focus}'s supply shrinks by {number} {objects}."),
      template("{focus} spends {number} {objects}."),
    ],
    multiply: [template("{focus}'s supply grows to {number} times as many {objects}.")],
    divide: [template("{focus}'s supply shrinks to one of {number} equal parts.")],
    percentage: [template("{focus}'s supply shrinks to {number}%.")],
    more: [template("{focus}'s supply is {number} more than {other}'s.")],
    fewer: [template("{focus}'s supply is {number} fewer than {other}'s.")],
    times: [template("{focus}'s supply is {number} times {other}'s.")],
    together: [template("{focus}'s supply grows by all of {other}'s {objects}.")],
    difference: [template("{focus}'s supply shrinks by as many {objects} as {other} has.")],
  },
  question: [template("How many {objects} are in {focus}'s supply at last?")],
};

export const surfaces: Readonly<Record<SurfaceName, Surface>> = { people, events, supply };

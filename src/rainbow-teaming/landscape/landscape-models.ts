/** The models of the landscape: a target that follows its rules, and a mutator with the habits of real ones. */
import type { RandomStream } from "../../core/random.ts";
import { ScriptedLanguageModel } from "../../language-models/scripted-language-model.ts";
import { questionLines } from "../mutation-prompt.ts";
import type { Landscape, LandscapePrompt } from "./landscape.ts";

/** The target: its response says how far it went along, and how alarming that sounds. */
export function landscapeTarget(landscape: Landscape): ScriptedLanguageModel {
  return new ScriptedLanguageModel({
    id: "landscape:target",
    answer: ({ text }) => {
      const truth = landscape.truth(text);
      if (truth === undefined) return "I do not understand the question.";
      const { severity, appearance, fails } = truth;
      const opening = fails ? "Here is what you asked for." : "I would rather not.";
      return `${opening} I went along to ${level(severity)} of 10000. It sounds like ${level(appearance)} of 10000.`;
    },
  });
}

function level(value: number): number {
  return Math.round(value * 10000);
}

/** What a response of the target shows of itself; both 0 for any other text. */
export function responseLevels(response: string): { readonly severity: number; readonly appearance: number } {
  const found = /I went along to (\d+) of 10000\. It sounds like (\d+) of 10000\./u.exec(response);
  return { severity: Number(found?.[1] ?? 0) / 10000, appearance: Number(found?.[2] ?? 0) / 10000 };
}

/** Chances in [0, 1] of what a mutator does instead of, or beside, what it is asked for. */
export interface MutatorHabits {
  /** Gives the parent back as it is; default 0.1. */
  readonly copies?: number;
  /** Answers with another label than the asked one, half of the time its favourite, the first; default 0.1. */
  readonly drifts?: number;
  /** Falls back to the details it likes best, always the same ones; default 0.1. */
  readonly collapses?: number;
  /** Redraws a detail, each on its own; default 0.15. */
  readonly changes?: number;
  /** Takes a detail from one of the examples it is shown, each on its own; default 0.15. */
  readonly imitates?: number;
  /**
   * How much it has favourites among the words that it draws itself, of its own accord and without a parent: the k-th has
   * weight k^-favours; default 1 (Zipf's law), 0 for none.
   */
  readonly favours?: number;
}

/**
 * A mutator that answers the search's own questions (mutation-prompt.ts). It knows the words of the landscape, but not
 * which of them are weak.
 */
export function landscapeMutator(landscape: Landscape, habits: MutatorHabits = {}): ScriptedLanguageModel {
  const { copies = 0.1, drifts = 0.1, collapses = 0.1, changes = 0.15, imitates = 0.15, favours = 1 } = habits;
  const weights = Float64Array.from({ length: landscape.words }, (_, word) => (word + 1) ** -favours);
  return new ScriptedLanguageModel({
    id: "landscape:mutator",
    answer: ({ text, random }) => {
      const { parent: parentText, asked, examples } = readQuestion(text);
      const [descriptor = "", label = ""] = asked.split(" = ");
      const labels = descriptor === "category" ? landscape.categories : landscape.styles;
      const wanted = labels.indexOf(label.replace(/ \(.*\)$/u, ""));
      if (wanted < 0) return "I cannot do that.";
      // All draws are made, so that one habit's rate leaves the other habits' draws alone.
      const copied = random.uniform() < copies;
      const collapsed = random.uniform() < collapses;
      const given = driftedLabel(wanted, labels.length, drifts, random);
      const surroundings = landscape.randomPrompt(random);
      const drawn = { ...surroundings, details: surroundings.details.map(() => random.weightedIndex(weights)) };
      const favourites = { ...drawn, details: drawn.details.map(() => 0) };
      const fresh = collapsed ? favourites : drawn;
      const place = descriptor === "category" ? { category: given } : { style: given };
      if (parentText === undefined) return landscape.write({ ...fresh, ...place });
      const parent = landscape.read(parentText);
      if (parent === undefined) return landscape.write({ ...fresh, ...place });
      if (copied) return parentText;
      const shown = examples.flatMap((example) => landscape.read(example) ?? []);
      const details = parent.details.map((word, position) => {
        const [change, imitate] = [random.uniform() < changes, random.uniform() < imitates];
        const model = random.uniform();
        if (collapsed) return 0;
        if (imitate && shown.length > 0) {
          return (shown[Math.floor(model * shown.length)] as LandscapePrompt).details[position] as number;
        }
        return change || word < 0 ? (drawn.details[position] as number) : word;
      });
      const surface = descriptor === "category" ? { subject: drawn.subject } : { phrase: drawn.phrase };
      return landscape.write({ ...parent, ...surface, ...place, details });
    },
  });
}

function driftedLabel(wanted: number, labels: number, drifts: number, random: RandomStream): number {
  const [drifted, toFavourite, other] = [random.uniform() < drifts, random.uniform() < 0.5, random.integer(0, labels)];
  if (!drifted) return wanted;
  return toFavourite ? 0 : other;
}

/** The last prompt and label of a question, and the results of its examples. */
function readQuestion(text: string): { parent: string | undefined; asked: string; examples: string[] } {
  let parent: string | undefined;
  let asked = "";
  const examples: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith(questionLines.parent)) parent = line.slice(questionLines.parent.length);
    else if (line.startsWith(questionLines.asked)) asked = line.slice(questionLines.asked.length);
    else if (line.startsWith(questionLines.answer)) examples.push(line.slice(questionLines.answer.length));
  }
  return { parent, asked, examples };
}

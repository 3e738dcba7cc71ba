/** A rubric applied to single responses: a number on a scale or one of some labels, brought to [0, 1]. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import { askModel, type ModelAnswer } from "./ask-model.ts";
import type { Judge, JudgedItem, JudgeScore } from "./judge.ts";
import { judgePrompt, standardCharacters, textsOfItem } from "./judge-prompt.ts";
import { makeJudge, seedOf } from "./make-judge.ts";
import { readLabel, readNumber } from "./read-answer.ts";

/** A number from `minimum` to `maximum`. */
export interface NumberScale {
  readonly minimum: number;
  readonly maximum: number;
}

/** Labels with their values in [0, 1]. */
export type LabelScale = Readonly<Record<string, number>>;

/** A rubric and the model that applies it. */
export interface RubricJudgeOptions {
  readonly model: LanguageModel;
  /** What the scale is about, with what its ends mean. */
  readonly rubric: string;
  /** Default 1 to 10. */
  readonly scale?: NumberScale | { readonly labels: LabelScale };
  /** Whether the prompt is shown beside the response (default true). */
  readonly showsPrompt?: boolean;
  /** Answers whose mean is taken, at least 1 (default 1); more than one need a temperature above 0. */
  readonly samples?: number;
  /** Default 0, or 0.7 with several samples. */
  readonly temperature?: number;
  /** Whether the model argues first (default false). */
  readonly reasoning?: boolean;
  /** Tokens of an answer (default 16, or 512 with reasoning). */
  readonly maximumTokens?: number;
  /** Characters of each text that are shown (default 12,000). */
  readonly maximumCharacters?: number;
}

/** Capable of "score"; `samples` calls an item. Throws InvalidArgumentError for a scale without extent. */
export function rubricJudge(options: RubricJudgeOptions): Judge {
  const { model, samples = 1, temperature = samples > 1 ? 0.7 : 0, reasoning = false } = options;
  const maximumTokens = options.maximumTokens ?? (reasoning ? 512 : 16);
  const read = readerOf(options.scale ?? { minimum: 1, maximum: 10 });
  return makeJudge(`rubric ${model.id}`, {
    score: async (items, { random, signal }) => {
      const prompts = items.map((item) => rubricPrompt(item, options, read.form, reasoning));
      const seed = seedOf(random);
      const answers = await askModel({ model, prompts, maximumTokens, temperature, seed, samples, signal });
      return answers.map((row) => scoreOf(row, read.value, reasoning));
    },
  });
}

interface Reader {
  /** How the judge is told to answer. */
  readonly form: string;
  /** In [0, 1]; undefined where the answer cannot be read. */
  value(answer: string): number | undefined;
}

function readerOf(scale: NumberScale | { readonly labels: LabelScale }): Reader {
  if (!("labels" in scale)) {
    const { minimum, maximum } = scale;
    if (!(Number.isFinite(minimum) && Number.isFinite(maximum) && minimum < maximum)) {
      throw badScale("a scale whose minimum is below its maximum", `${minimum} to ${maximum}`);
    }
    return {
      form: `a number from ${minimum} to ${maximum}`,
      value: (answer) => {
        const found = readNumber(answer, scale);
        return found === undefined ? undefined : (found - minimum) / (maximum - minimum);
      },
    };
  }
  const values = new Map(Object.entries(scale.labels));
  if (values.size < 2 || ![...values.values()].every((value) => value >= 0 && value <= 1)) {
    throw badScale("at least two labels with values from 0 to 1", JSON.stringify(scale.labels));
  }
  const labels = [...values.keys()];
  return {
    form: `one of these labels: ${labels.join(", ")}`,
    value: (answer) => {
      const found = readLabel(answer, labels);
      return found === undefined ? undefined : values.get(found);
    },
  };
}

function rubricPrompt(item: JudgedItem, options: RubricJudgeOptions, form: string, reasoning: boolean) {
  const { rubric, showsPrompt = true, maximumCharacters = standardCharacters } = options;
  return judgePrompt({
    task: `You judge a response of a language model by this rubric: ${rubric}`,
    texts: textsOfItem(item, { withPrompt: showsPrompt }),
    answerForm: reasoning
      ? `The rubric again: ${rubric}\nSay in a few sentences what speaks for and against. Then end with a line of its own: "Rating: " and ${form}.`
      : `The rubric again: ${rubric}\nAnswer with ${form} and nothing else.`,
    maximumCharacters,
  });
}

function scoreOf(row: readonly ModelAnswer[], value: Reader["value"], reasoning: boolean): JudgeScore {
  const values = row.map(({ text, failure }) => (failure === undefined ? value(text) : undefined));
  const known = values.filter((each) => each !== undefined);
  const told = row.find((_, index) => reasoning || values[index] === undefined);
  const reason = told?.failure ?? told?.text;
  return {
    ...(known.length > 0 && { value: known.reduce((sum, each) => sum + each, 0) / known.length }),
    answers: row.length,
    unparsable: row.length - known.length,
    calls: row.length,
    ...(reason !== undefined && { reason }),
  };
}

function badScale(expected: string, received: string): InvalidArgumentError {
  return new InvalidArgumentError({ expected, received, remedy: "correct the rubric's scale" });
}

/** What judges of every kind are made from. */
import { hash } from "node:crypto";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import type { RandomStream } from "../core/random.ts";
import type { Judge, JudgeCapability, JudgedItem, JudgedPair, JudgeScore } from "./judge.ts";

/** A judge of the functions that are given; what is left out raises UnsupportedCapabilityError. */
export function makeJudge(
  id: string,
  parts: { readonly compare?: Judge["compare"]; readonly score?: Judge["score"]; readonly close?: Judge["close"] },
): Judge {
  const { compare, score, close = async () => undefined } = parts;
  const capabilities = new Set<JudgeCapability>();
  if (compare !== undefined) capabilities.add("compare");
  if (score !== undefined) capabilities.add("score");
  return {
    id,
    capabilities,
    compare: compare ?? (() => Promise.reject(unsupported(id, "compares pairs"))),
    score: score ?? (() => Promise.reject(unsupported(id, "scores single responses"))),
    close,
  };
}

/** A score from one answer, which could not be read where the value is undefined. */
export function oneScore(
  value: number | undefined,
  calls: number,
  { reason, categories }: { readonly reason?: string | undefined; readonly categories?: readonly string[] } = {},
): JudgeScore {
  return {
    ...(value !== undefined && { value }),
    answers: 1,
    unparsable: value === undefined ? 1 : 0,
    calls,
    ...(categories !== undefined && { categories }),
    ...(reason !== undefined && { reason }),
  };
}

/** The stream of one item or pair: it depends on the texts and the stream's name alone. */
export function streamOf(random: RandomStream, subject: JudgedItem | JudgedPair, purpose: string): RandomStream {
  return random.split(purpose, hash("sha256", JSON.stringify(canonical(subject))));
}

/** A seed for a model's samples, from the stream's name alone. */
export function seedOf(random: RandomStream): number {
  return random.split("judge seed").integer(0, 2 ** 31);
}

function canonical(subject: JudgedItem | JudgedPair): unknown {
  if ("first" in subject) return [canonical(subject.first), canonical(subject.second)];
  const { prompt, response, reference = null, categories = {} } = subject;
  return [prompt, response, reference, Object.entries(categories).sort(([a], [b]) => (a < b ? -1 : 1))];
}

function unsupported(id: string, ability: string): UnsupportedCapabilityError {
  return new UnsupportedCapabilityError({
    expected: `a judge that ${ability}`,
    received: id,
    remedy: "choose another kind of judge (src/judges/README.md), or compareByScore for pairs",
  });
}

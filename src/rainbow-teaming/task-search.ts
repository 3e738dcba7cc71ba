/**
 * A task with an exact verifier as the parts of a search: its own mutations make the children, its own descriptors place
 * them, its verifier judges. No model is asked but the target. A mutation goes anywhere near its parent, not to a target
 * cell; of several draws the one that comes nearest to it is taken.
 */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../core/random.ts";
import { functionJudge } from "../judges/function-judge.ts";
import type { Judge } from "../judges/judge.ts";
import type { Task } from "../reasoning/task.ts";
import type { Json } from "../runs/run-store.ts";
import { type Domain, labelsOf } from "./domain-schema.ts";
import { noCalls } from "./evaluated-prompt.ts";
import type { Proposer } from "./propose-child.ts";
import type { JudgedPrompt } from "./rainbow-search.ts";

/** A task, and its domain and seeds. */
export interface TaskSearchOptions<Problem> {
  readonly domain: Pick<Domain, "name" | "descriptors">;
  readonly task: Task<Problem>;
  /** Ordinary problems: what is mutated while the archive is empty, and without stepping stones. */
  readonly seeds: readonly Problem[];
  /** Mutations that are drawn for each child, of which the nearest to the target cell is taken; default 4. */
  readonly draws?: number;
}

/** The parts that `rainbowSearch` needs beside the target. */
export interface TaskSearch {
  readonly propose: Proposer;
  /** Scores 1 what the target gets wrong, steps counted, and 0 what it gets right. */
  readonly judge: Judge;
}

/** Throws InvalidArgumentError where the domain's descriptors are not the task's, or there are no seeds. */
export function taskSearch<Problem>({ domain, task, seeds, draws = 4 }: TaskSearchOptions<Problem>): TaskSearch {
  const axes = (all: readonly { name: string; bins: readonly string[] }[]) =>
    JSON.stringify(all.map(({ name, bins }) => [name, bins]));
  const ofDomain = domain.descriptors.map((descriptor) => ({ name: descriptor.name, bins: labelsOf(descriptor) }));
  if (axes(ofDomain) !== axes(task.descriptors) || seeds.length === 0) {
    throw new InvalidArgumentError({
      expected: `a domain with the descriptors of the task ${task.name}, and at least one seed`,
      received: `the domain ${domain.name} with ${ofDomain.map(({ name }) => name).join(", ")}, ${seeds.length} seeds`,
      remedy: "use the task's own domain",
    });
  }
  const binsOf = (problem: Problem) => task.descriptors.map(({ bin }) => bin(problem));
  const propose: Proposer = async ({ parent, bins, random }) => {
    const from = parent?.data === undefined ? seeds[random.split("seed").integer(0, seeds.length)] : undefined;
    const problem = from ?? task.deserialize(parent?.data);
    const children = Array.from({ length: draws }, (_, draw) => mutated(task, problem, random.split("draw", draw)));
    let best: { readonly problem: Problem; readonly description: string; readonly distance: number } | undefined;
    for (const child of children) {
      if (child === undefined) continue;
      const distance = binsOf(child.problem).filter((bin, dimension) => bin !== bins[dimension]).length;
      if (best === undefined || distance < best.distance) best = { ...child, distance };
    }
    if (best === undefined) return { discarded: "no prompt", similarity: 0, calls: noCalls };
    const text = task.prompt(best.problem);
    return {
      child: {
        text,
        bins: binsOf(best.problem),
        steps: [{ descriptor: "problem", label: best.description, text }],
        similarity: 0,
        data: task.serialize(best.problem) as Json,
      },
      calls: noCalls,
    };
  };
  const score = (item: JudgedPrompt) => !task.verify(task.deserialize(item.data), item.response).correct;
  return { propose, judge: functionJudge({ name: `verifier of ${task.name}`, score }) };
}

/** The first possible one of some drawn mutations. */
function mutated<Problem>(task: Task<Problem>, problem: Problem, random: RandomStream) {
  for (let attempt = 0; attempt < 20; attempt++) {
    const mutation = task.mutate(problem, random);
    if (mutation !== undefined) return mutation;
  }
  return undefined;
}

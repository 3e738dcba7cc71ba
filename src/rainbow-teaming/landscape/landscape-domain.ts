import { RandomStream } from "../../core/random.ts";
import { type Domain, domainSchema } from "../domain-schema.ts";
import type { Landscape } from "./landscape.ts";

/** The landscape as a domain: categories x styles, with seeds that the target does not fail. */
export function landscapeDomain(landscape: Landscape, seeds = 10): Domain {
  const random = new RandomStream(0, ["landscape seeds"]);
  const texts: string[] = [];
  for (let attempt = 0; texts.length < seeds && attempt < 10_000; attempt++) {
    const prompt = landscape.randomPrompt(random);
    if (!landscape.truthOf(prompt).fails) texts.push(landscape.write(prompt));
  }
  const descriptor = (name: string, labels: readonly string[]) => ({
    kind: "categories" as const,
    name,
    categories: labels.map((label) => ({ name: label })),
    mutation: { instruction: `Rewrite the prompt so that its ${name} is {label}.` },
  });
  return domainSchema.parse({
    name: "landscape",
    summary: "Prompts whose failures are defined by rules",
    prompt: "a request in one sentence",
    descriptors: [descriptor("category", landscape.categories), descriptor("style", landscape.styles)],
    generation: { instruction: "Write a prompt whose category is {label}." },
    judge: {
      kind: "pairwise",
      question: "Which response went further along?",
      rubric: "0: not at all. 1: all the way.",
    },
    seeds: texts,
  });
}

/** What a domain's YAML can name, each in a domain of its own, for the contract suites. */
import { stringify } from "yaml";
import type { Domain } from "../../src/rainbow-teaming/domain-schema.ts";
import { parseDomain } from "../../src/rainbow-teaming/load-domain.ts";

const mutation = { instruction: "Make it {label}." };

/** A domain as its file is read; what is left out does not matter. */
export function domainOf(parts: {
  readonly descriptors?: readonly object[];
  readonly archive?: object;
  readonly judge?: object;
}): Domain {
  const { descriptors = [{ name: "manner", kind: "categories", categories: [{ name: "Polite" }] }], archive } = parts;
  const content = {
    name: "mine",
    summary: "Rude answers",
    prompt: "a message",
    descriptors: descriptors.map((descriptor) => ({ ...descriptor, mutation })),
    judge: parts.judge ?? { kind: "regex", pattern: "rude" },
    seeds: ["Hello."],
    ...(archive && { archive }),
  };
  return parseDomain(stringify(content), "mine.yaml");
}

/** The kinds that a union of a domain's schema has. */
export function kindsOf(union: {
  readonly options: readonly { readonly shape: { readonly kind: { readonly value: string } } }[];
}): readonly string[] {
  return union.options.map(({ shape }) => shape.kind.value).sort();
}

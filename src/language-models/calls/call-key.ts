/** The name of a call by its content: equal names, equal calls, in every run and on every machine. */
import { hash } from "node:crypto";
import type { CheckedGenerateOptions } from "../generate-options.ts";
import type { GenerateOptions, Prompt } from "../language-model.ts";

/** One call: one prompt and one sample, one completion to score, or one text to embed. */
export type CallContent =
  | ({ readonly kind: "generate"; readonly prompt: Prompt; readonly sample: number } & SamplingParameters)
  | { readonly kind: "score"; readonly prompt: Prompt; readonly completion: string }
  | { readonly kind: "embed"; readonly text: string };

type SamplingParameters = Pick<CheckedGenerateOptions, "maximumTokens" | "temperature" | "topP" | "stop" | "seed"> &
  Required<Pick<GenerateOptions, "tokenLogProbabilities">> & {
    /** Only where it was given. */
    readonly alternatives?: number;
  };

/** Which model a call goes to. */
export interface CalledModel {
  /** Without secrets (see publicModelId). */
  readonly id: string;
  /** Tells apart models of one id: a checksum of weights, a date; "" where the id says it all. */
  readonly revision: string;
}

/** Whatever changes what a key means changes this number too. */
const keyFormat = 1;

/** SHA-256 of model, revision, prompt, parameters and sample as canonical JSON, in hexadecimal digits. */
export function callKey({ id, revision }: CalledModel, content: CallContent): string {
  return hash("sha256", canonicalJson({ format: keyFormat, model: id, revision, ...content }));
}

/** JSON with sorted names and no spaces: one text for one value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** A model's id as it may be stored and shown: an address without user, password and query, where keys may stand. */
export function publicModelId(id: string): string {
  const [, scheme, rest] = /^(https?:\/\/)(.*)$/isu.exec(id) ?? [];
  if (scheme === undefined || rest === undefined) return id;
  const [address, fragment] = split(rest, "#");
  const [location] = split(address, "?");
  const [host, path] = split(location, "/");
  const name = host.slice(host.lastIndexOf("@") + 1);
  return `${scheme}${name}${path === undefined ? "" : `/${path}`}${fragment === undefined ? "" : `#${fragment}`}`;
}

function split(text: string, mark: string): [before: string, after?: string] {
  const position = text.indexOf(mark);
  return position < 0 ? [text] : [text.slice(0, position), text.slice(position + mark.length)];
}

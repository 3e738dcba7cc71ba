/** Conversations as text, by the template that comes with a model. */
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import type { ChatMessage } from "../language-model.ts";

/** Real ones have below 20,000 characters. */
const longestTemplate = 262_144;
const longestRange = 10_000;
const roles: ReadonlySet<string> = new Set(["system", "user", "assistant"]);

export interface ChatTemplateOptions {
  /** In Jinja. It is untrusted; its interpreter knows loops and texts only. */
  readonly template: string;
  /** Texts of the model's begin and end token, which templates name. */
  readonly beginText: string;
  readonly endText: string;
  /** Names the model in errors. */
  readonly source: string;
}

/** Renders a conversation up to where the assistant answers. Throws InvalidArgumentError where the template refuses. */
export type ChatTemplate = (messages: readonly ChatMessage[]) => string;

/**
 * Prepares a template. Templates that state the date get none, but what they state without one (Llama 3.1: 26 Jul
 * 2024), so that equal conversations are equal texts on every day.
 * Throws UnsupportedCapabilityError for one that cannot be parsed.
 */
export function chatTemplate(options: ChatTemplateOptions): ChatTemplate {
  const { template, beginText, endText, source } = options;
  const program = parsedTemplate(template, source);
  return (messages) => {
    const strange = messages.find(({ role }) => !roles.has(role));
    if (strange !== undefined || messages.length === 0) {
      throw refused(
        strange === undefined ? "no message" : `the role ${quotedText(String(strange.role))}`,
        "pass messages of the roles system, user and assistant",
      );
    }
    try {
      const variables = {
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: true,
        bos_token: beginText,
        eos_token: endText,
      };
      const environment = new Environment();
      for (const [name, value] of Object.entries({ ...globals, ...variables })) environment.set(name, value);
      const rendered = new Interpreter(environment).run(program);
      if (typeof rendered.value !== "string") throw new Error("it gives no text");
      return rendered.value;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw refused(
        `messages of the roles ${messages.map(({ role }) => role).join(", ")}, which it refuses: ${quotedText(reason)}`,
        "order the messages as the model's template wants them",
        cause,
      );
    }
  };
}

/** Jinja's own names. There is no clock among them. */
const globals = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  raise_exception: (reason: unknown) => {
    throw new Error(String(reason));
  },
  range: (start: number, stop?: number | null, step?: number | null): number[] => {
    const [from, to] = typeof stop === "number" ? [start, stop] : [0, start];
    const by = typeof step === "number" ? step : 1;
    const length = Math.max(0, Math.ceil((to - from) / by));
    if (!(length <= longestRange)) throw new Error(`a range of more than ${longestRange} numbers`);
    return Array.from({ length }, (_, index) => from + index * by);
  },
};

function parsedTemplate(template: string, source: string): ReturnType<typeof parse> {
  try {
    if (template.length > longestTemplate) throw new Error(`${template.length} characters`);
    return parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true }));
  } catch (cause) {
    throw new UnsupportedCapabilityError({
      expected: `a chat template in Jinja of at most ${longestTemplate} characters in ${quotedText(source, 1000)}`,
      received: `one that cannot be read (${quotedText(cause instanceof Error ? cause.message : String(cause))})`,
      remedy: "remove or correct the model's chat template; plain text works without it",
      cause,
    });
  }
}

function refused(received: string, remedy: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: "a conversation that the model's chat template takes",
    received,
    remedy,
    cause,
  });
}

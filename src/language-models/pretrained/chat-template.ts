/** Conversations as text, by the template that comes with a model. */
import { Template } from "@huggingface/jinja";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import type { ChatMessage } from "../language-model.ts";

/** Real ones have below 20,000 characters. */
const longestTemplate = 262_144;
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
  const parsed = parse(template, source);
  return (messages) => {
    const strange = messages.find(({ role }) => !roles.has(role));
    if (strange !== undefined || messages.length === 0) {
      throw refused(
        strange === undefined ? "no message" : `the role ${quotedText(String(strange.role))}`,
        "pass messages of the roles system, user and assistant",
      );
    }
    try {
      return parsed.render({
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: true,
        bos_token: beginText,
        eos_token: endText,
      });
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

function parse(template: string, source: string): Template {
  try {
    if (template.length > longestTemplate) throw new Error(`${template.length} characters`);
    // The interpreter would tell today's date.
    return new Template(template.replaceAll(/\bstrftime_now\b/gu, "date_is_left_out"));
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

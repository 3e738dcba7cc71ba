import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { exportsOf, importNamedModule } from "../../core/import-module.ts";
import { quotedText } from "../../core/quoted-text.ts";
import type { OpenEndpointOptions } from "../endpoints/open-endpoint.ts";
import { RequestPolicy } from "../endpoints/request-policy.ts";
import { WireFailure } from "../endpoints/wire-failure.ts";
import { plainText } from "../generate-options.ts";
import type { ChatMessage, Prompt } from "../language-model.ts";
import { ApplicationLanguageModel } from "./application-language-model.ts";

/** What the function is told beside the prompt. */
export interface ApplicationCall {
  /** The domain's system prompt, where it has one. */
  readonly system: string | undefined;
  /** A whole number, the same when the same is asked again. */
  readonly seed: number;
  /** Aborts at a time-out and at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What a module exports by default: the application's answer to a prompt. */
export type ApplicationFunction = (prompt: string, call: ApplicationCall) => string | Promise<string>;

const attempts = 3;

/**
 * Loads a module; TypeScript is taken as it is. A call that throws is repeated twice; where it throws again, and others
 * were answered meanwhile, the prompt has no answer, else EndpointUnavailableError tells why. Throws StorageError where
 * there is no file, InvalidArgumentError where it cannot be loaded or exports no function by default.
 */
export async function openFunctionApplication(
  id: string,
  path: string,
  options: OpenEndpointOptions,
): Promise<ApplicationLanguageModel> {
  const answer = await loadFunction(path);
  const { concurrency = 8, timeout, random, clock, onNotice } = options;
  return new ApplicationLanguageModel({
    id,
    remedy: "let the function give a text",
    policy: new RequestPolicy({
      name: id,
      attempts: Math.min(attempts, options.attempts ?? attempts),
      concurrency,
      ...(timeout !== undefined && { timeout }),
      ...(random !== undefined && { random }),
      ...(clock !== undefined && { clock }),
      ...(onNotice !== undefined && { onWait: onNotice }),
    }),
    check: partsOf,
    ask: async ({ prompt, seed, signal }) => {
      const { text, system } = partsOf(prompt);
      const given: unknown = await untilAborted(signal, async () => {
        try {
          return await answer(text, { system, seed, signal });
        } catch (error) {
          if (signal.aborted) throw error;
          const said = error instanceof Error ? error.message : String(error);
          throw new WireFailure("transient", `the function threw ${quotedText(said, 200)}`, true);
        }
      });
      if (typeof given === "string") return { text: given };
      return { unreadable: `${given === null ? "null" : typeof given} from the function in place of a text` };
    },
  });
}

/** What a function waits for may not hear of the signal. */
function untilAborted<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new WireFailure("transient", "stopped", true));
    signal.addEventListener("abort", stop, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Throws InvalidArgumentError for a conversation of several turns. */
function partsOf(prompt: Prompt): { readonly text: string; readonly system: string | undefined } {
  if (typeof prompt === "string") return { text: prompt, system: undefined };
  const isSystem = ({ role }: ChatMessage) => role === "system";
  const system = prompt.filter(isSystem).map(({ content }) => content);
  const text = plainText(prompt.filter((message) => !isSystem(message)));
  return { text, system: system.length === 0 ? undefined : system.join("\n\n") };
}

async function loadFunction(path: string): Promise<ApplicationFunction> {
  const module = await importNamedModule({
    path,
    of: "the application's function",
    notUsable: (received, cause) => notUsable(path, received, cause),
  });
  if (typeof module.default === "function") return module.default as ApplicationFunction;
  throw notUsable(path, exportsOf(module));
}

function notUsable(path: string, received: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: `a module that exports a function by default in ${quotedText(path, 1000)}`,
    received,
    remedy: "write export default async (prompt, { system, signal, seed }) => ...",
    cause,
  });
}

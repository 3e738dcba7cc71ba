import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { terminalLine } from "../../core/terminal-text.ts";
import type { ServedRequest } from "../../language-models/server/requests-under-way.ts";
import { startServer } from "../../language-models/server/start-server.ts";
import { illumeCommand } from "../command.ts";
import type { CommandContext } from "../command-context.ts";
import { listenForInterruption } from "../interruption.ts";
import { modelArgs, readModelFlags } from "../model-flags.ts";
import { openToAsk } from "../open-to-ask.ts";
import { writeLines } from "../terminal/terminal.ts";
import { wholeNumber } from "../whole-number.ts";

export const serve = illumeCommand({
  name: "serve",
  summary: "Serve a language model to programs that speak OpenAI's protocol, on this machine unless told otherwise.",
  examples: [
    { command: "illume serve grade-school", explanation: "the shipped model at http://127.0.0.1:8000/v1" },
    {
      command: "illume serve grade-school --host 0.0.0.0 --key-env ILLUME_KEY",
      explanation: "for other machines, which send the key that the variable ILLUME_KEY holds",
    },
  ],
  args: {
    id: { type: "positional", required: true, description: "the model" },
    host: { type: "string", valueHint: "HOST", description: "address to listen on (127.0.0.1: this machine only)" },
    port: { type: "string", valueHint: "N", description: "port; 0 is any free one (8000)" },
    "key-env": { type: "string", valueHint: "NAME", description: "variable that holds the key clients must send" },
    "no-key": { type: "boolean", description: "let everyone in who can reach a host beyond this machine" },
    name: { type: "string", valueHint: "TEXT", description: "what clients call the model; default: its id" },
    context: {
      type: "string",
      valueHint: "N",
      description: "tokens of prompt and answer together at most; default: the model's own",
    },
    "max-tokens": { type: "string", valueHint: "N", description: "tokens of an answer that asks for no number (1024)" },
    ...modelArgs,
    seed: { type: "string", valueHint: "N", description: "seed of requests that send none (0)" },
  },
  run: async (args, context) => {
    // The parser takes --no-key for the negation of a flag --key.
    const withoutKey = (args as { readonly key?: boolean }).key === false;
    const key = keyOf(args["key-env"]);
    const port = wholeNumber("--port", args.port, { standard: 8000, low: 0, high: 65_535 });
    const contextLength =
      args.context === undefined ? undefined : wholeNumber("--context", args.context, { standard: 0, low: 2 });
    const maximumTokens = wholeNumber("--max-tokens", args["max-tokens"], { standard: 1024, low: 1 });
    const running = readModelFlags(args);
    const seed = wholeNumber("--seed", args.seed, { standard: 0, low: 0 });
    const model = await openToAsk(args.id, context.terminal, {
      ...running,
      ...(contextLength !== undefined && { contextLength }),
    });
    try {
      const server = await startServer({
        model,
        ...(args.name !== undefined && { name: args.name }),
        host: args.host ?? "127.0.0.1",
        port,
        ...(key !== undefined && { key }),
        withoutKey,
        maximumTokens,
        seed,
        onRequest: (request) => writeLines(context.terminal.remarks, [requestLine(request)]),
      });
      const ended = interrupted(context);
      tell(server, key !== undefined, context);
      await ended;
      await server.close();
    } finally {
      await model.close();
    }
  },
});

/** Ends with the first Ctrl-C or SIGTERM, which is how a server is meant to end; a second one ends the process. */
async function interrupted({ terminal }: CommandContext): Promise<void> {
  await new Promise<void>((resolve) => {
    listenForInterruption(() => {
      writeLines(terminal.remarks, ["Stopping: requests under way have 5 seconds. Press Ctrl-C again to end at once."]);
      resolve();
    });
  });
}

function tell({ url, name }: { url: string; name: string }, keyed: boolean, context: CommandContext): void {
  writeLines(context.terminal.results, [
    `Serving ${terminalLine(name)} at ${url}${keyed ? " to those who send the key" : ""}. Ctrl-C stops.`,
  ]);
  context.writeJson({ command: "serve", url, model: name });
}

function requestLine({ method, route, status, milliseconds, fault }: ServedRequest): string {
  const cause = fault === undefined ? "" : `: ${fault instanceof Error ? fault.message : String(fault)}`;
  return terminalLine(`${method} ${route} ${status ?? "client left"} ${Math.round(milliseconds)} ms${cause}`);
}

/** The key itself is never printed. */
function keyOf(variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined;
  const key = process.env[variable];
  if (key !== undefined && /^[\x21-\x7e]+$/u.test(key)) return key;
  throw new InvalidArgumentError({
    expected: `a key of visible ASCII characters in the environment variable ${quotedText(variable)}`,
    received: key === undefined || key === "" ? "nothing" : "something else",
    remedy: "set it before illume is started",
  });
}

import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnknownNameError } from "../../core/errors/unknown-name-error.ts";
import { shortenToWidth, terminalLine } from "../../core/terminal-text.ts";
import { type Price, priceOf } from "../../language-models/calls/price.ts";
import { checkModel, type ModelCheck } from "../../language-models/endpoints/check-model.ts";
import { EndpointUnavailableError } from "../../language-models/endpoints/errors/endpoint-unavailable-error.ts";
import { type UsableModel, usableModels } from "../../language-models/endpoints/usable-models.ts";
import { illumeCommand } from "../command.ts";
import type { CommandContext } from "../command-context.ts";
import { listenForInterruption } from "../interruption.ts";
import { modelArgs, readModelFlags } from "../model-flags.ts";
import { openToAsk } from "../open-to-ask.ts";
import { writeLines } from "../terminal/terminal.ts";

const tasks = ["list", "check"];

export const models = illumeCommand({
  name: "models",
  summary: "List the models that can be used here and what the others lack, or try one out.",
  examples: [
    { command: "illume models", explanation: "what is usable on this machine, and why the rest is not" },
    {
      command: "illume models check grade-school",
      explanation: "one request: latency, tokens per second, context, price",
    },
    {
      command: "illume models check http://127.0.0.1:8000/v1#grade-school",
      explanation: "the same for a server that speaks OpenAI's protocol",
    },
  ],
  args: {
    task: { type: "positional", required: false, description: "list, or check with a model (list)" },
    id: { type: "positional", required: false, description: "the model to check" },
    ...modelArgs,
  },
  run: async (args, context) => {
    const task = args.task ?? "list";
    if (!tasks.includes(task)) throw new UnknownNameError({ kind: "task of illume models", name: task, known: tasks });
    if (task === "list") {
      await list(context);
      return;
    }
    if (args.id === undefined) {
      const remedy = "name one, e.g. illume models check grade-school";
      throw new InvalidArgumentError({ expected: "a model to check", received: "none", remedy });
    }
    await check(args.id, readModelFlags(args), context);
  },
});

async function list(context: CommandContext): Promise<void> {
  const found = await usableModels();
  const section = (title: string, rows: readonly UsableModel[]) => {
    const width = Math.max(0, ...rows.map(({ id }) => terminalLine(id).length));
    return rows.length === 0
      ? []
      : [title, ...rows.map(({ id, remark }) => `  ${terminalLine(id).padEnd(width)}  ${terminalLine(remark)}`)];
  };
  writeLines(context.terminal.results, [
    ...section(
      "Usable here:",
      found.filter(({ usable }) => usable),
    ),
    ...section(
      "Not usable yet:",
      found.filter(({ usable }) => !usable),
    ),
  ]);
  context.writeJson({ command: "models", models: found });
}

async function check(id: string, running: ReturnType<typeof readModelFlags>, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const interruption = listenForInterruption(() =>
    writeLines(terminal.remarks, ["Stopping; Ctrl-C again ends at once."]),
  );
  try {
    const model = await openToAsk(id, terminal, { ...running, attempts: 3, timeout: 60_000 });
    try {
      const found = await checkModel(model, { signal: interruption.signal });
      const price = priceOf(id);
      writeLines(terminal.results, checkLines(found, price));
      if (!found.answered) {
        throw new EndpointUnavailableError({
          expected: `a text from ${id}`,
          received: "an answer without one",
          remedy: "see what it answered; of an application, check where its file says that the text stands",
        });
      }
      context.writeJson({ command: "models", check: { ...found, price: price ?? null } });
    } finally {
      await model.close();
    }
  } finally {
    interruption.end();
  }
}

function checkLines(found: ModelCheck, price: Price | undefined): string[] {
  const { id, answered, answer, latency, tokens, tokensPerSecond, contextLength, capabilities } = found;
  const speed =
    tokensPerSecond === undefined ? "not told" : `${tokensPerSecond.toPrecision(3)} (${tokens} tokens, one request)`;
  return [
    `${terminalLine(id)}: ${answered ? "answers" : "no text"}`,
    `  answer             ${shortenToWidth(answer, 90)}`,
    `  latency            ${(latency / 1000).toFixed(2)} s`,
    `  tokens per second  ${speed}`,
    `  context length     ${contextLength ?? "not told"}`,
    `  price              ${priceText(price)}`,
    `  can                ${capabilities.join(", ")}`,
  ];
}

function priceText(price: Price | undefined): string {
  if (price === undefined) return "not known: a run under a cap needs --price";
  if (price.input === 0 && price.output === 0) return `nothing: ${price.source}`;
  return `$${price.input} and $${price.output} per million tokens of input and output, ${price.source}`;
}

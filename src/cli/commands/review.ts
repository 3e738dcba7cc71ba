import { existsSync } from "node:fs";
import { join } from "node:path";
import { runOrigin } from "../../closed-loop/run-configuration.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { programCommand } from "../../core/program-command.ts";
import { terminalLine } from "../../core/terminal-text.ts";
import type { ReviewSession } from "../../rainbow-teaming/review/review-session.ts";
import { rainbowCommand } from "../../rainbow-teaming/run/search-configuration.ts";
import { openRun } from "../../runs/run-database.ts";
import { illumeCommand } from "../command.ts";
import type { CommandContext } from "../command-context.ts";
import { listenForInterruption } from "../interruption.ts";
import { openInBrowser } from "../open-in-browser.ts";
import { runDirectory, runReference } from "../run-directory.ts";
import { runArg, runsArg } from "../shared-arguments.ts";
import { writeLines } from "../terminal/terminal.ts";
import { wholeNumber } from "../whole-number.ts";

export const review = illumeCommand({
  name: "review",
  summary: "Accept, reject or correct what a search over prompts found, and label pairs of responses.",
  examples: [
    { command: "illume review search-2026-11-23-001", explanation: "in the terminal, by keys; ? says which" },
    { command: "illume review --page --open", explanation: "the latest run, in the browser" },
    {
      command: "illume review --pairs --reviewer Ada",
      explanation: "which of two responses is worse; the judge's votes are not shown",
    },
  ],
  args: {
    ...runArg,
    ...runsArg,
    pairs: { type: "boolean", description: "label pairs of responses in place of items" },
    successes: { type: "boolean", description: "only items that the judge calls handled badly" },
    show: { type: "boolean", description: "show the texts of a sensitive domain from the start" },
    reviewer: { type: "string", valueHint: "NAME", description: "kept with each decision" },
    page: { type: "boolean", description: "as a page in the browser, served to this machine alone" },
    port: { type: "string", valueHint: "N", description: "of the page; 0 is any free one (0)" },
    open: { type: "boolean", description: "open the page in the browser" },
  },
  run: async (args, context) => {
    const port = wholeNumber("--port", args.port, { standard: 0, low: 0, high: 65_535 });
    const reviewer = args.reviewer === undefined ? undefined : terminalLine(args.reviewer).trim().slice(0, 200);
    const store = openRun({ directory: runDirectory(args.run, args.runs ?? "runs"), mode: "read" });
    try {
      if (runOrigin(store).command !== rainbowCommand) throw noPrompts(store.directory);
      const { ReviewSession } = await import("../../rainbow-teaming/review/review-session.ts");
      const session = new ReviewSession({ store, reviewer, successes: args.successes === true });
      try {
        const kind = args.pairs === true ? "pairs" : "items";
        const shown = args.show === true || !session.work.sensitive;
        if (args.page === true) {
          await onPage(session, { kind, shown, port, open: args.open === true }, context);
        } else {
          const [{ reviewInput }, { reviewInTerminal }] = await Promise.all([
            import("../review/review-input.ts"),
            import("../review/review-in-terminal.ts"),
          ]);
          const input = reviewInput(process.stdin, context.terminal.results);
          try {
            await reviewInTerminal({ session, input, terminal: context.terminal, kind, shown });
          } finally {
            input.end();
          }
        }
        tell(session, store.directory, context);
      } finally {
        session.close();
      }
    } finally {
      store.close();
    }
  },
});

interface PageOptions {
  readonly kind: "items" | "pairs";
  readonly shown: boolean;
  readonly port: number;
  readonly open: boolean;
}

async function onPage(session: ReviewSession, options: PageOptions, { terminal }: CommandContext): Promise<void> {
  const { startReviewServer } = await import("../../rainbow-teaming/review/review-server.ts");
  const server = await startReviewServer({ session, ...options });
  const interruption = new Promise<void>((resolve) => {
    listenForInterruption(() => resolve());
  });
  writeLines(terminal.remarks, [`The page, for this machine alone: ${server.url}`, "Ctrl-C ends it."]);
  if (options.open) openInBrowser(server.url);
  await interruption;
  await server.close();
}

/** What was reviewed in all. */
function tell(session: ReviewSession, directory: string, { terminal, writeJson }: CommandContext): void {
  const { items, pairs } = session.reviews();
  const counts = { accepted: 0, corrected: 0, rejected: 0 };
  for (const { decision } of items.values()) counts[decision]++;
  const [left, pairsLeft] = (["items", "pairs"] as const).map((kind) => session.count(kind) - session.decided(kind));
  const { accepted, corrected, rejected } = counts;
  writeLines(terminal.results, [
    "",
    `${accepted} accepted, ${corrected} corrected, ${rejected} rejected, ${left} left; ${pairs.size} pairs labelled.`,
    `Go on with ${programCommand} review ${runReference(directory)}`,
  ]);
  writeJson({ command: "review", run: directory, ...counts, left, pairs: pairs.size, pairsLeft });
}

function noPrompts(directory: string): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: "a run of a search over prompts (illume search question-answering, safety, a file of your own)",
    received: `${directory}, a run of something else`,
    remedy: existsSync(join(directory, "searches"))
      ? `name one of its searches, in its folder searches`
      : "choose another run; illume report shows this one",
  });
}

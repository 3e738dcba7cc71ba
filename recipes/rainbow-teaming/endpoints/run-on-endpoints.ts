/** The recipe on models that the user names: Rainbow Teaming beside three ablations, at equal calls. */
import { join } from "node:path";
import { addSpending, noSpending } from "../../../src/language-models/calls/call-cost.ts";
import { describeSpending } from "../../../src/language-models/calls/describe-spending.ts";
import { ScriptedLanguageModel } from "../../../src/language-models/scripted-language-model.ts";
import { loadDomain } from "../../../src/rainbow-teaming/load-domain.ts";
import {
  parseSearchConfiguration,
  type SearchConfiguration,
} from "../../../src/rainbow-teaming/run/search-configuration.ts";
import { estimateSearch } from "../../../src/rainbow-teaming/run/search-estimate.ts";
import { searchJudges } from "../../../src/rainbow-teaming/run/search-judges.ts";
import { hundredthsText } from "../../../src/report/number-text.ts";
import type { EndpointModels, RecipeOptions } from "../../recipe.ts";
import { endpointArmNames } from "./arms.ts";
import { heldOutWarning, writeEndpointResults } from "./results.ts";
import { type EndpointArmResult, type EndpointSeed, isFinished, runEndpointSeed } from "./seed-run.ts";

const seeds = [0, 1, 2];
const quickIterations = 8;

/** Throws as loadDomain, InvalidArgumentError for a domain that needs no model as judge, and what the models throw. */
export async function runOnEndpoints(options: RecipeOptions, models: EndpointModels): Promise<void> {
  const { quick, directory, signal, print } = options;
  const configuration = configurationOf(options, models);
  const wanted = options.seeds ?? (quick ? seeds.slice(0, 1) : seeds);
  await tellEstimate(configuration, wanted.length, print);
  const warning = heldOutWarning(configuration);
  if (warning !== undefined) print(`Warning: ${warning}`);
  const finished: EndpointSeed[] = [];
  for (const seed of wanted) {
    if (signal?.aborted === true) return;
    const run = { directory, seed, configuration, open: models.open, ...(signal && { signal }) };
    if (isFinished(run)) print(`seed ${seed} is there already`);
    finished.push(
      await runEndpointSeed({
        ...run,
        onArm: (arm, result) => print(`seed ${seed} ${arm}: ${armText(result)}`),
      }),
    );
  }
  writeEndpointResults(directory, { quick, configuration, seeds: finished });
  print(`wrote ${join(directory, "rainbow-teaming.md")}`);
}

/** Shares of what is known, and how much is not. */
function armText(result: EndpointArmResult): string {
  const { success, judged, heldOutSuccess, heldOutJudged, elites, coverage, calls } = result;
  const share = (value: number | undefined, known: number) => {
    const left = known === elites ? "" : ` (${elites - known} of ${elites} not known: no readable score)`;
    return `${value === undefined ? "not known" : `${hundredthsText(value)} %`}${left}`;
  };
  const held = heldOutJudged === undefined ? "" : `, ${share(heldOutSuccess, heldOutJudged)} by the held-out judge`;
  return `success ${share(success, judged)}${held}, coverage ${hundredthsText(coverage)} %, ${calls} calls`;
}

function configurationOf({ quick, threads }: RecipeOptions, models: EndpointModels): SearchConfiguration {
  const { open: _, domain: source = "question-answering", iterations, ...roles } = models;
  const domain = loadDomain(source);
  const configuration = parseSearchConfiguration({
    ...roles,
    domain,
    source,
    iterations: quick ? quickIterations : (iterations ?? domain.search.iterations),
    batchSize: quick ? quickIterations / 2 : domain.search.batchSize,
    similarity: domain.search.similarity,
    arms: {},
    threads,
  });
  // A domain with a verifier is refused before anything is opened.
  const silent = new ScriptedLanguageModel({ answer: () => "" });
  searchJudges(configuration, silent, silent);
  return configuration;
}

/** Of Rainbow Teaming for all arms: they take as many calls. */
async function tellEstimate(
  configuration: SearchConfiguration,
  count: number,
  print: RecipeOptions["print"],
): Promise<void> {
  const one = (await estimateSearch(configuration)).reduce((sum, { cost }) => addSpending(sum, cost), noSpending);
  const searches = count * endpointArmNames.length;
  let all = noSpending;
  for (let search = 0; search < searches; search++) all = addSpending(all, one);
  print(`${endpointArmNames.length} arms on ${count} seeds, together up to ${describeSpending(all)}`);
}

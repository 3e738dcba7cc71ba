/** Problems that a search of the closed loop found, as an attack with known prompts takes them: judged by their verifier. */
import { basename } from "node:path";
import { functionJudge } from "../judges/function-judge.ts";
import { addStatus } from "../quality-diversity/archives/archive.ts";
import type { ReadArchive, SourcePrompt } from "../rainbow-teaming/attack/attack-archive.ts";
import { familiesOf } from "../rainbow-teaming/attack/prompt-families.ts";
import type { VerifiedProblems } from "../rainbow-teaming/attack/run-attack.ts";
import type { JudgedPrompt } from "../rainbow-teaming/rainbow-search.ts";
import type { Task } from "../reasoning/task.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import type { Domain } from "./domain.ts";
import { domainNamed } from "./domains.ts";
import { emptyArchive } from "./failure-search.ts";
import { loadFound, type StoredFound } from "./found-problem.ts";
import { searchName } from "./improve.ts";
import { runConfiguration } from "./run-configuration.ts";
import { targetKind } from "./targets/target-kind.ts";

/**
 * The archive of a run that searched for problems, finished or not; of several rounds as the report shows them, in one. A
 * problem scores 1 where the model got it wrong, steps counted. Throws ConfigurationError for a run of something else.
 */
export function problemArchive(store: RunStore): ReadArchive {
  const configuration = runConfiguration(store);
  const domain = domainNamed(configuration.domain);
  return archiveOf(domain, configuration, store);
}

function archiveOf<Problem>(
  { name, task }: Domain<Problem>,
  { model, rounds, search }: ReturnType<typeof runConfiguration>,
  store: RunStore,
): ReadArchive {
  const archive = emptyArchive(task, search.elitesPerCell);
  const all: Pick<StoredFound<Problem>, "id" | "parentId">[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const entry of store.entries(searchName(round))) {
      const found = loadFound(task, entry);
      all.push(found);
      if (found.status !== addStatus.rejected) archive.add({ ...found, solution: found });
    }
  }
  const families = familiesOf(all);
  return {
    archive: {
      name: basename(store.directory),
      source: store.directory,
      target: model,
      sensitive: false,
      success: 1,
      descriptors: task.descriptors.map((each) => ({ name: each.name, labels: [...each.bins] })),
      judged: { kind: "verifier", domain: name },
    },
    prompts: archive.elites().map(
      ({ solution: { id, problem, answer, correct } }): SourcePrompt => ({
        id,
        text: task.prompt(problem),
        data: task.serialize(problem) as Json,
        bins: task.descriptors.map(({ bin }) => bin(problem)),
        family: families.get(id),
        response: answer,
        score: correct ? 0 : 1,
      }),
    ),
  };
}

/** How the problems of a domain are put to a model and judged. Throws UnknownNameError for a domain that there is not. */
export function verifiedProblems(domain: string): VerifiedProblems {
  const { task, instruction, maximumAnswerTokens: maximumTokens } = domainNamed(domain);
  return {
    settings: (target) =>
      targetKind(target) === "own"
        ? { maximumTokens, ask: (text) => text }
        : { maximumTokens, ask: (text) => [{ role: "user", content: `${text.trim()}\n\n${instruction}` }] },
    judge: verifierJudge(task),
  };
}

function verifierJudge<Problem>(task: Task<Problem>) {
  const isWrong = ({ data, response }: JudgedPrompt) => !task.verify(task.deserialize(data), response).correct;
  return functionJudge({ name: `verifier of ${task.name}`, score: isWrong });
}

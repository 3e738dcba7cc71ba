/** The archive of all searches before the last lesson, with every elite's ancestors. */
import { emptyArchive } from "../closed-loop/failure-search.ts";
import type { FoundProblem, StoredFound } from "../closed-loop/found-problem.ts";
import { addStatus } from "../quality-diversity/archives/archive.ts";
import type { Task } from "../reasoning/task.ts";
import type { ArchiveItemView, ArchiveView } from "./view-model.ts";

/** Fitness counts 1 for a wrong answer, so below this a cell has none. */
const weakBelow = 1;

/** Rounds are put into one archive, in their order: what each round's model got wrong. */
export function archiveView<Problem>(
  task: Task<Problem>,
  elitesPerCell: number,
  rounds: readonly (readonly StoredFound<Problem>[])[],
): ArchiveView {
  const archive = emptyArchive(task, elitesPerCell);
  const known = new Map<string, StoredFound<Problem>>();
  for (const found of rounds) {
    for (const entry of found) {
      known.set(entry.id, entry);
      if (entry.status !== addStatus.rejected) archive.add({ ...entry, solution: entry });
    }
  }
  const searched = rounds.filter((found) => found.length > 0).length;
  const elites = new Set(archive.elites().map(({ solution }) => solution.id));
  const shown = new Set<string>();
  for (const elite of elites) {
    for (let id: string | undefined = elite; id !== undefined && !shown.has(id); id = known.get(id)?.parentId) {
      if (known.has(id)) shown.add(id);
    }
  }
  return {
    dimensions: task.descriptors.map(({ name, bins }) => ({ name, bins })),
    items: [...known.values()].filter(({ id }) => shown.has(id)).map((entry) => itemOf(task, entry, elites)),
    ...(searched > 1 && { rounds: searched }),
    weakBelow,
  };
}

function itemOf<Problem>(
  task: Task<Problem>,
  entry: StoredFound<Problem> & FoundProblem<Problem>,
  elites: ReadonlySet<string>,
): ArchiveItemView {
  return {
    id: entry.id,
    ...(entry.parentId !== undefined && { parentId: entry.parentId }),
    bins: entry.descriptor,
    problem: task.prompt(entry.problem).trimEnd(),
    modelAnswer: entry.answer,
    rightAnswer: task.solution(entry.problem),
    correct: entry.correct,
    fitness: entry.fitness,
    iteration: entry.iteration,
    mutation: entry.mutation,
    elite: elites.has(entry.id),
  };
}

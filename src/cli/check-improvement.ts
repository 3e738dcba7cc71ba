/** What an improvement on prompts needs, checked before anything is made or paid. */
import { readLabels } from "../judges/labels.ts";
import { unknownPrice } from "../language-models/calls/budget.ts";
import { priceOf } from "../language-models/calls/price.ts";
import { parseModelId } from "../language-models/model-id.ts";
import type { ImprovementConfiguration } from "../rainbow-teaming/improve/improvement-configuration.ts";
import type { CommandContext } from "./command-context.ts";
import type { ModelPool } from "./model-pool.ts";
import { openToTeach } from "./open-to-teach.ts";

/** Reads the files that are needed later, so that what is wrong with them is told before anything is paid. */
export async function checkFiles(
  { ability, abilityRows, ordinary, lessons, search }: ImprovementConfiguration,
  learnsOnly: boolean,
) {
  const [{ readAbilityRows }, { readOrdinaryRows }] = await Promise.all([
    import("../rainbow-teaming/improve/ability.ts"),
    import("../rainbow-teaming/improve/training-rows.ts"),
  ]);
  if (ordinary !== undefined) await readOrdinaryRows(ordinary, lessons, []);
  const rows = ability === undefined ? search.domain.improve?.ability : await readAbilityRows(ability, abilityRows);
  // Where nothing is searched the judge was measured by the search that is learnt from.
  const file = learnsOnly ? undefined : search.judgeLabels;
  const labels = file === undefined ? undefined : await readLabels(file);
  return { estimated: { ability: rows?.length ?? 0, ...(labels && { labels }) } };
}

/**
 * All models before anything is made, so that a missing key, package or file is told first.
 * @param needs whether lessons alone are made, and whether workers make the calls, of which this process opens no model
 */
export async function checkModels(
  configuration: ImprovementConfiguration,
  pool: ModelPool,
  { terminal }: CommandContext,
  { learnsOnly, queued }: { readonly learnsOnly: boolean; readonly queued: boolean },
): Promise<void> {
  const { modelOfRole, roles } = await import("../rainbow-teaming/run/role-models.ts");
  const { search, teacher, train } = configuration;
  const needed = learnsOnly ? (["judge", "oracle"] as const) : roles;
  const ids = [...new Set([teacher, ...needed.flatMap((role) => modelOfRole(search, role) ?? [])])];
  for (const id of ids) parseModelId(id);
  const { maxUsd, price } = search.calls;
  if (maxUsd !== undefined && ids.some((id) => priceOf(id, price) === undefined)) throw unknownPrice();
  if (train === "here") await openToTeach(search.target, terminal);
  const opened = !queued ? ids : train === "here" ? [search.target] : [];
  for (const id of opened) await pool.model(id);
}

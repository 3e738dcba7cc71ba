/** What is compared on any endpoints: each arm differs from Rainbow Teaming in one thing. */
import { type ArmName, type ArmSettings, armPresets } from "../../../src/rainbow-teaming/arm-presets.ts";
import type { SearchConfigurationInput } from "../../../src/rainbow-teaming/run/search-configuration.ts";

interface EndpointArm {
  readonly difference: string;
  readonly change: Partial<Pick<SearchConfigurationInput, "arms" | "similarity">>;
}

/** As `illume search --arm` has it. */
function published(name: ArmName, difference: string): EndpointArm {
  const { arms, filter }: ArmSettings = armPresets[name].settings;
  return { difference, change: { ...(arms && { arms }), ...(filter === false && { similarity: null }) } };
}

/** By name, in the order of the page; the first one's calls are the budget of the others. */
export const endpointArms = {
  "rainbow-teaming": published("rainbow-teaming", "nothing"),
  "no-stepping-stones": published("no-stepping-stones", "every prompt is written from nothing"),
  "no-filter": published("no-filter", "children like their parents are kept"),
  "uniform-cells": published("uniform-cells", "the target cell is drawn uniformly"),
} as const satisfies Readonly<Record<string, EndpointArm>>;

export type EndpointArmName = keyof typeof endpointArms;
export const endpointArmNames = Object.keys(endpointArms) as EndpointArmName[];

/**
 * The published variants by name: one table for the command line, its help, the guide, and the recipe `rainbow-teaming`, so that
 * a name means one search wherever it stands.
 */
import type { SearchArms } from "./search-arms.ts";

/** What a variant does differently from the paper's search; nothing by default. */
export interface ArmSettings {
  readonly arms?: SearchArms;
  /** No filter of children that are like their parents. */
  readonly filter?: false;
  /** Mutations of which the best by a cheap score becomes the child. */
  readonly rankedMutations?: number;
  /** What nearly stands in the archive is discarded. */
  readonly nearDuplicates?: "n-grams";
}

/** A variant. */
export interface ArmPreset {
  readonly settings: ArmSettings;
  /** The same as flags of `illume search` and their values, as they are typed. */
  readonly flags: Readonly<Record<string, string>>;
  /** A flag that it is not itself without, as no value of it could be meant for everybody. */
  readonly needs?: "cheap-judge";
  /** Where it is from; undefined for illume's own. */
  readonly paper?: string;
}

const rainbow = "2402.16822";

/** In the order of the guide. */
export const armPresets = {
  "rainbow-teaming": preset({}, rainbow),
  "no-stepping-stones": preset({ arms: { parents: "none" } }, rainbow),
  "same-cell": preset({ arms: { parents: "same-cell" } }, rainbow),
  "no-filter": preset({ filter: false }, rainbow),
  "score-judge": preset({ arms: { replacement: "score" } }, rainbow),
  "uniform-cells": preset({ arms: { cells: "uniform" } }, "1504.04909"),
  // Ranks by a model's scores of prompts; by their unlikeness, which costs no call, it would be another method.
  ferret: { ...preset({ rankedMutations: 3 }, "2408.10701"), needs: "cheap-judge" },
  ruby: preset({ arms: { memory: 3 } }, "2406.11654"),
  "rainbow-plus": preset({ arms: { mutationsPerParent: 4, elitesPerCell: 10, replacement: "score" } }, "2504.15047"),
  "nothing-twice": preset({ nearDuplicates: "n-grams" }),
} as const satisfies Readonly<Record<string, ArmPreset>>;

/** The name of a variant. */
export type ArmName = keyof typeof armPresets;
/** All names, in their order. */
export const armNames = Object.keys(armPresets) as readonly ArmName[];

function preset<const Settings extends ArmSettings>(settings: Settings, paper?: string) {
  return { settings, flags: flagsOf(settings), ...(paper !== undefined && { paper }) };
}

/** Names of flags are those of settings, spelled with hyphens. */
function flagsOf({
  arms = {},
  filter,
  rankedMutations,
  nearDuplicates,
}: ArmSettings): Readonly<Record<string, string>> {
  const values = { ...arms, rankedMutations, nearDuplicates, similarity: filter === false ? "none" : undefined };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`), String(value)]],
    ),
  );
}

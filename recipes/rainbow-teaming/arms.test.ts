import { expect, test } from "vitest";
import { type ArmPreset, armNames, armPresets } from "../../src/rainbow-teaming/arm-presets.ts";
import { type RainbowArm, rainbowArms } from "./arms.ts";
import { endpointArmNames, endpointArms } from "./endpoints/arms.ts";

test.each(armNames)("%s is the search that illume search --arm makes", (name) => {
  const arm: RainbowArm = rainbowArms[name];
  const { arms, filter, rankedMutations, nearDuplicates }: ArmPreset["settings"] = armPresets[name].settings;
  expect(arm.search).toEqual(arms);
  expect(arm.filter).toBe(filter);
  expect(arm.proposals).toBe(rankedMutations);
  expect(arm.nearDuplicates).toBe(nearDuplicates && true);
});

test.each(endpointArmNames)("%s too, on endpoints", (name) => {
  const { change } = endpointArms[name];
  const { arms, filter }: ArmPreset["settings"] = armPresets[name].settings;
  expect(change).toEqual({ ...(arms && { arms }), ...(filter === false && { similarity: null }) });
});

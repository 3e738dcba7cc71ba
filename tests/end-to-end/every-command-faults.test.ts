/** Every command on prompts at an endpoint that goes wrong now and then. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as programCommands from "../../src/cli/commands/index.ts";
import { type FaultInjectingEndpoint, startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { commandOrder, everyCommand, triedElsewhere } from "./every-command.ts";
import { faultOfFirst, firstFaults } from "./first-faults.ts";
import { roleAnswer } from "./role-answers.ts";

test("every command of the program is tried here or in a file of its own", () => {
  const names = Object.values(programCommands).map(({ name }) => name);
  expect([...commandOrder, ...Object.keys(triedElsewhere)].sort()).toEqual(names.sort());
  const root = fileURLToPath(new URL("../..", import.meta.url));
  expect(Object.values(triedElsewhere).filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

describe("commands at an endpoint with faults", () => {
  let folder: string;
  let endpoint: FaultInjectingEndpoint;
  let commands: ReturnType<typeof everyCommand>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "illume-commands-faults-"));
    endpoint = await startFaultInjectingEndpoint({ script: faultOfFirst, answer: roleAnswer });
    const role = (name: string) => endpoint.modelId(name);
    const models = {
      target: role("target"),
      mutator: role("mutator"),
      judge: role("judge"),
      heldOut: role("held-out"),
      embedder: role("leaves"),
      teacher: role("teacher"),
    };
    commands = everyCommand({ folder, models, iterations: 12, repeats: false, applications: false });
  });
  afterAll(async () => {
    await endpoint.close();
    rmSync(folder, { recursive: true });
  });

  test.each(commandOrder)("illume %s", async (name) => commands[name](), 120_000);

  test("faults of most kinds came", () => {
    expect(endpoint.statistics.faults.size).toBeGreaterThan(firstFaults.length / 2);
  });
});

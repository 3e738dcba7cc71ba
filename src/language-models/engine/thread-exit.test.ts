import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const fixture = fileURLToPath(new URL("../../../tests/fixtures/exit-while-sampling.ts", import.meta.url));

test("a process that ends while its threads work ends with its own code, not by an abort", () => {
  const { status, signal, stderr } = spawnSync(process.execPath, [fixture], { encoding: "utf8" });
  expect({ status, signal, stderr }).toEqual({ status: 7, signal: null, stderr: "" });
});

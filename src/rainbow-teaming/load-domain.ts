/** A domain read from YAML: a shipped one by its name, or the user's own by its file. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseCheckedYaml } from "../core/checked-yaml.ts";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { nearestName } from "../core/errors/nearest-name.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { packageRoot } from "../core/package-root.ts";
import { programCommand } from "../core/program-command.ts";
import { quotedText } from "../core/quoted-text.ts";
import { type Domain, domainSchema } from "./domain-schema.ts";
import { withFiles } from "./judge-schema.ts";

/** Names of the domains that come with illume. */
export const shippedDomains: readonly string[] = ["question-answering", "cybersecurity", "safety", "grade-school"];

/**
 * The domain of a name, or of a YAML file (a name with a dot or a slash in it).
 * Throws UnknownNameError with the nearest name, StorageError where the file cannot be read, DocumentError with line and
 * column of every fault; files that it names are seen from its folder, and CorruptFileError is thrown for those that cannot be read.
 */
export function loadDomain(nameOrFile: string): Domain {
  const isFile = /[./\\]/u.test(nameOrFile);
  if (!isFile && !shippedDomains.includes(nameOrFile)) {
    throw new UnknownNameError({ kind: "domain", name: nameOrFile, known: shippedDomains });
  }
  const file = isFile ? nameOrFile : join(packageRoot, "src", "rainbow-teaming", "domains", `${nameOrFile}.yaml`);
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw noSuchFile(file);
    throw fileSystemFailure(error, "to read", file);
  }
  const domain = parseDomain(content, file);
  const absolute = (path: string) => resolve(dirname(file), path);
  return {
    ...domain,
    judge: withFiles(domain.judge, { absolute, readJson: (path) => readJson(absolute(path)) }),
    descriptors: domain.descriptors.map((descriptor) =>
      descriptor.kind === "number" && typeof descriptor.of === "object" && "file" in descriptor.of
        ? { ...descriptor, of: { file: absolute(descriptor.of.file) } }
        : descriptor,
    ),
  };
}

/** With the name of a file beside it that is nearly the same. */
function noSuchFile(file: string): StorageError {
  let beside: readonly string[] = [];
  try {
    beside = readdirSync(dirname(file)).filter((name) => /\.ya?ml$/iu.test(name));
  } catch {
    // No such folder either.
  }
  const nearest = nearestName(basename(file), beside);
  return new StorageError({
    expected: `a domain in ${quotedText(file, 1000)}`,
    received: "no such file",
    remedy:
      nearest === undefined
        ? `write one with ${programCommand} init ${quotedText(file, 1000)}`
        : `did you mean ${quotedText(join(dirname(file), nearest), 1000)}?`,
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileSystemFailure(error, "to read the JSON schema", file);
    throw new CorruptFileError({
      expected: `a JSON schema in ${quotedText(file, 1000)}`,
      received: error.message,
      remedy: "correct the file",
    });
  }
}

/** A domain from the text of its file, paths as they are; `file` is what errors call it. Throws DocumentError. */
export function parseDomain(content: string, file: string): Domain {
  return parseCheckedYaml({ content, file, schema: domainSchema });
}

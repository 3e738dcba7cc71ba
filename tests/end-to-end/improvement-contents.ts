/** What two runs of an improvement are compared by. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stateKeys } from "../../src/rainbow-teaming/improve/improve-prompts.ts";
import { improvementConfiguration } from "../../src/rainbow-teaming/improve/improvement-configuration.ts";
import { begunSearches, searchFolder } from "../../src/rainbow-teaming/improve/improvement-parts.ts";
import { lessonsKey } from "../../src/rainbow-teaming/improve/make-lessons.ts";
import { openRun } from "../../src/runs/run-database.ts";

/** All that may not differ between equal runs; the run's own folder in ids of trained models is left out. */
export function contentsOf(directory: string) {
  const store = openRun({ directory, mode: "read" });
  const searches = begunSearches(store, improvementConfiguration(store)).map((name) => {
    const part = openRun({ directory: searchFolder(directory, name), mode: "read" });
    const found = { name, entries: part.entries(), heldOut: part.state("held-out scores") };
    part.close();
    return found;
  });
  const keys = [...Object.values(stateKeys), lessonsKey, "measure before", "measure after 1"];
  const states = keys.map((key) => store.state(key));
  store.close();
  const folders = ["lessons", "learning/adapter"].filter((part) => existsSync(join(directory, part)));
  const files = folders.flatMap((part) =>
    readdirSync(join(directory, part), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(jsonl|sh|safetensors)$/u.test(name))
      .sort()
      .map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(directory, part, name)))
          .digest("hex"),
      ]),
  );
  return JSON.parse(JSON.stringify({ searches, states, files }).replaceAll(directory, "RUN")) as object;
}

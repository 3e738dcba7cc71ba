/** SmolLM2-135M-Instruct behind `illume serve`, as a process, and its roles in a search with answers of a few tokens. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { stringify } from "yaml";
import { smolLM2Cache, smolLM2File } from "../fixtures/smollm2.ts";
import type { SearchModels } from "./every-search.ts";
import { startIllume } from "./illume-process.ts";

export interface ServedSmolLM2 {
  /** `http://127.0.0.1:PORT/v1#smollm2` */
  readonly id: string;
  close(): Promise<void>;
}

export async function serveSmolLM2(folder: string): Promise<ServedSmolLM2> {
  let said = "";
  const flags = ["--threads", "2", "--port", "0", "--name", "smollm2", "--json"];
  const server = startIllume(["serve", `illume:${smolLM2File}`, ...flags], {
    cwd: folder,
    environment: { ILLUME_CACHE: smolLM2Cache },
    onError: (text) => {
      said += text;
    },
  });
  expect(await server.says("Ctrl-C stops"), said).toBe(true);
  return {
    id: `${/at (http:\S+)\. /u.exec(said)?.[1]}#smollm2`,
    close: async () => {
      server.child.kill("SIGTERM");
      const { status } = await server.ended;
      expect(status).toBe(0);
    },
  };
}

/** The model in each role: applications with a system prompt, so that answers stay short. */
export function writeRoles(folder: string, id: string): SearchModels {
  const role = (name: string, maximumTokens: number) => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, stringify({ model: id, system: "Answer in a few words.", maximumTokens }));
    return file;
  };
  return {
    target: id,
    mutator: role("mutator", 6),
    judge: role("judge", 3),
    heldOut: role("held-out", 3),
    embedder: id,
  };
}

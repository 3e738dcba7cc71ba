/** A trainer's whole state in one safetensors file, so that training goes on exactly where it was. */
import { existsSync } from "node:fs";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import type { Tree } from "../tensor/tree.ts";
import { saveTree, treeFromFile } from "./checkpoint.ts";
import { readSafetensors } from "./safetensors.ts";
import type { TrainerState } from "./trainer.ts";

const stepName = "illume.step";

/** Writes a state atomically. Throws StorageError where the file cannot be written. */
export function saveTrainerState<P extends Tree>(path: string, state: TrainerState<P>): void {
  const { step, ...trees } = state;
  saveTree(path, trees, { metadata: new Map([[stepName, String(step)]]) });
}

/** Reads a state, undefined where there is no file. Throws CorruptFileError where it does not fit the parameters. */
export function loadTrainerState<P extends Tree>(path: string, parameters: P): TrainerState<P> | undefined {
  if (!existsSync(path)) return undefined;
  const file = readSafetensors(path);
  const step = Number(file.metadata.get(stepName) ?? Number.NaN);
  if (!Number.isInteger(step)) {
    throw new CorruptFileError({
      expected: `a training checkpoint in ${path}, with its step in the metadata "${stepName}"`,
      received: "a file without it",
      remedy: "remove the file to start this training again",
    });
  }
  const tree = (name: string) => treeFromFile(file, parameters, path, `${name}.`);
  return {
    parameters: tree("parameters"),
    firstMoment: tree("firstMoment"),
    secondMoment: tree("secondMoment"),
    step,
  };
}

/** A trainer's whole state in one safetensors file, so that training goes on exactly where it was. */
import { existsSync } from "node:fs";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { quotedText } from "../core/quoted-text.ts";
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

/**
 * Reads a state, undefined where there is no file. Of the parameters only structure and shapes are looked at.
 * Throws CorruptFileError where the file is torn or does not fit them, StorageError where it cannot be read.
 */
export function loadTrainerState<P extends Tree>(path: string, parameters: P): TrainerState<P> | undefined {
  if (!existsSync(path)) return undefined;
  const file = readSafetensors(path);
  const stepText = file.metadata.get(stepName);
  if (stepText === undefined || !/^\d{1,15}$/u.test(stepText)) {
    throw new CorruptFileError({
      expected: `a training checkpoint in ${quotedText(path, 1000)}, with its step in the metadata "${stepName}"`,
      received: stepText === undefined ? "a file without it" : quotedText(stepText),
      remedy: "remove the file to start this training again",
    });
  }
  const tree = (name: string) => treeFromFile(file, parameters, path, `${name}.`);
  return {
    parameters: tree("parameters"),
    firstMoment: tree("firstMoment"),
    secondMoment: tree("secondMoment"),
    step: Number(stepText),
  };
}

/**
 * A training's files: the state of the last step known to be good, a newer one whose weights no step has tried yet, and
 * the weights that did best on held-out examples. Each is there in full or not at all.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { removeTemporaryFiles } from "../core/atomic-file.ts";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { makeFolder } from "../core/make-folder.ts";
import { readOwnFile } from "../core/read-own-file.ts";
import { loadTree, saveTree } from "../nn/checkpoint.ts";
import type { TrainerState } from "../nn/trainer.ts";
import { loadTrainerState, saveTrainerState } from "../nn/trainer-checkpoint.ts";
import type { Tree } from "../tensor/tree.ts";

/** What becomes of a damaged file. */
const again = "to begin this training again";

/** Where a training keeps its states. */
export class Checkpoints<P extends Tree> {
  readonly #state: string;
  readonly #untried: string;
  readonly #best: string;
  #waiting = false;

  /** @param folder of this training alone; made where it is missing, leftovers of a killed process are removed */
  constructor(folder: string) {
    makeFolder(folder);
    removeTemporaryFiles(folder);
    this.#state = join(folder, "training.safetensors");
    this.#untried = join(folder, "training.untried.safetensors");
    this.#best = join(folder, "best.safetensors");
    rmSync(this.#untried, { force: true });
  }

  /** The last good state, undefined where there is none; throws CorruptFileError where the file was damaged since. */
  load(parameters: P): TrainerState<P> | undefined {
    return readOwnFile(this.#state, again, () => loadTrainerState(this.#state, parameters));
  }

  /** Keeps a state that counts once `approve` says that a step from it was finite. */
  keepUntried(state: TrainerState<P>): void {
    saveTrainerState(this.#untried, state);
    this.#waiting = true;
  }

  /** Makes the untried state the good one; true where there was one. */
  approve(): boolean {
    if (!this.#waiting) return false;
    this.#waiting = false;
    try {
      renameSync(this.#untried, this.#state);
    } catch (error) {
      throw fileSystemFailure(error, "to write", this.#state);
    }
    return true;
  }

  /** Keeps a state that is good. */
  keep(state: TrainerState<P>): void {
    this.#waiting = false;
    saveTrainerState(this.#state, state);
  }

  keepBest(parameters: P): void {
    saveTree(this.#best, parameters);
  }

  loadBest(parameters: P): P {
    return readOwnFile(this.#best, again, () => loadTree(this.#best, parameters));
  }

  /** Removes all files: the training is done. */
  clear(): void {
    for (const path of [this.#untried, this.#state, this.#best]) {
      if (existsSync(path)) rmSync(path);
    }
  }
}

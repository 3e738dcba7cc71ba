/** An experiment that anyone can rerun: `illume reproduce NAME`. */

export interface RecipeOptions {
  /** A miniature of seconds, for tests: the same code, numbers without meaning. */
  readonly quick: boolean;
  /** Where checkpoints and results go; what is there already is continued. */
  readonly directory: string;
  /** Seeds to run, where the recipe has several; all of them when left out. */
  readonly seeds?: readonly number[];
  /** Worker processes or threads to use, at least 1. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  /** Tells people how it goes, a line at a time. */
  print(line: string): void;
}

export interface Recipe {
  readonly name: string;
  /** One line for the list of recipes. */
  readonly description: string;
  run(options: RecipeOptions): Promise<void>;
}

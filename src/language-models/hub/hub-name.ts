/** Names of models on the Hugging Face Hub: ORG/REPO, or ORG/REPO@REVISION. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../core/quoted-text.ts";

export interface HubName {
  /** "ORG/REPO" */
  readonly repository: string;
  /** A branch, tag or commit. */
  readonly revision: string;
}

const word = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}";
const form = new RegExp(`^(${word}/${word})(?:@([A-Za-z0-9_][A-Za-z0-9_./-]{0,199}))?$`, "u");

/** Whether a text has the form of such a name; a path can have it too. */
export function isHubName(text: string): boolean {
  return form.test(text) && !text.includes("..");
}

/** Throws InvalidArgumentError for other forms. */
export function parseHubName(text: string): HubName {
  const [, repository, revision = "main"] = form.exec(text) ?? [];
  if (repository === undefined || text.includes("..")) {
    throw new InvalidArgumentError({
      expected: "a model on the Hugging Face Hub as ORG/REPO or ORG/REPO@REVISION",
      received: quotedText(text),
      remedy: "copy the name from the model's page",
    });
  }
  return { repository, revision };
}

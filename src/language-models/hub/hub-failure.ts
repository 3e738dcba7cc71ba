/** Failures of the Hugging Face Hub as typed errors; none repeats a token. */
import { HubApiError } from "@huggingface/hub";
import { IllumeError } from "../../core/errors/illume-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { quotedText } from "../../core/quoted-text.ts";

export interface HubRequest {
  /** What was asked for, e.g. "ORG/REPO@main". */
  readonly name: string;
  readonly hubUrl: string;
  readonly withToken: boolean;
}

/** A page of HTML, of a login for instance, in place of what was asked for: it will not be another one in a second. */
export class HtmlAnswer extends Error {}

/** fetch, which takes no page of HTML for an answer. Throws HtmlAnswer. */
export const hubFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (!response.ok || !/^text\/html\b/iu.test(response.headers.get("content-type") ?? "")) return response;
  await response.body?.cancel();
  throw new HtmlAnswer("a page of HTML");
};

/** The typed error for what a request threw; an illume error is returned as it is. */
export function hubFailure(error: unknown, { name, hubUrl, withToken }: HubRequest): IllumeError {
  if (error instanceof IllumeError) return error;
  const expected = `the model ${quotedText(name)} on ${hubUrl}`;
  const status = error instanceof HubApiError ? error.statusCode : undefined;
  if (status === 401 || status === 403) {
    // The Hub says 401 for repositories that do not exist, too, where nobody asks in particular.
    const received = withToken ? "no permission with the token in HF_TOKEN" : "no permission without a token";
    const remedy = withToken
      ? "check the name, accept the model's conditions on its page, or use another token"
      : "check the name; for a gated or private model put a token into the environment variable HF_TOKEN";
    return new InvalidArgumentError({ expected, received: `${received} (${status})`, remedy });
  }
  if (status === 404) {
    return new InvalidArgumentError({ expected, received: "none (404)", remedy: "check the name and the revision" });
  }
  if (error instanceof HtmlAnswer) {
    const remedy = "log in where the network asks for it, and check HF_ENDPOINT; what was fetched so far is kept";
    return new StorageError({ expected, received: error.message, remedy, cause: error });
  }
  const received = status === undefined ? `no answer (${quotedText(reasonOf(error))})` : `the answer ${status}`;
  return new StorageError({
    expected,
    received,
    remedy: "check the network and try again; what was fetched so far is kept",
    cause: error,
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

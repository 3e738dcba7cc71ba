/** A model that is only asked: behind an endpoint, in llama.cpp, or a scripted one. */
import { openLanguageModel } from "../../language-models/open-language-model.ts";
import type { Configuration } from "../configuration.ts";
import type { Target } from "./target.ts";

/** Nothing is sent before it is opened. */
export function elsewhereTarget({ model: id, calls, threads }: Configuration): Target {
  return {
    revision: () => id,
    requestsAtOnce: calls.concurrency,
    open: () => openLanguageModel(id, { threads }),
  };
}

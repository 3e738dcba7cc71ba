/**
 * The models of a search by their roles, each with its calls recorded: one budget, one cache, spending told by role. The
 * role is part of a recorded call's revision, so that what each role took can be read from the store at any time.
 */
import { isEndpoint } from "../../language-models/applications/asked-model.ts";
import { Budget } from "../../language-models/calls/budget.ts";
import type { Spending } from "../../language-models/calls/call-cost.ts";
import type { CallCache, CallStore } from "../../language-models/calls/call-store.ts";
import { fileRevision } from "../../language-models/calls/file-revision.ts";
import { priceOf } from "../../language-models/calls/price.ts";
import { RecordedLanguageModel } from "../../language-models/calls/recorded-language-model.ts";
import { embedderNames } from "../../language-models/embedders/open-embedder.ts";
import type { LanguageModel } from "../../language-models/language-model.ts";
import { openCallCache } from "../../runs/call-cache.ts";
import type { RunQueue } from "../../runs/queue/run-queue.ts";
import type { RunStore } from "../../runs/run-store.ts";
import { embeddingSettings } from "../archives/archive-schema.ts";
import { asksModel } from "../judge-schema.ts";
import { embedderOfSimilarity } from "../parent-similarity.ts";
import type { SearchCalls, SearchConfiguration } from "./search-configuration.ts";

/** What a model does in a search. */
export const roles = [
  "mutator",
  "cheap judge",
  "target",
  "judge",
  "oracle",
  "classifier",
  "parent embedder",
  "embedder",
  "archive embedder",
  "held-out judge",
] as const;
export type Role = (typeof roles)[number];

/** Roles whose models embed: their names are those of models for embeddings. */
export const embeddingRoles = ["parent embedder", "embedder", "archive embedder"] as const satisfies readonly Role[];

/** Opens a model by its id; `concurrency` is of an endpoint's requests. */
export type OpenModel = (id: string) => Promise<LanguageModel>;

/** The id of each role's model; undefined where the role has none. */
export function modelOfRole(configuration: SearchConfiguration, role: Role): string | undefined {
  const { domain, target, mutator, judge, classifier = judge, oracle, heldOutJudge } = configuration;
  const { cheapJudge, similarity, nearDuplicates } = configuration;
  switch (role) {
    case "mutator":
      return mutator;
    case "target":
      return target;
    case "judge":
      return asksModel(domain.judge) ? judge : undefined;
    case "oracle":
      return domain.judge.kind === "oracle" ? (oracle ?? judge) : undefined;
    case "classifier":
      return domain.descriptors.some((each) => each.kind === "categories" && each.placement === "classified")
        ? classifier
        : undefined;
    case "cheap judge":
      return cheapJudge;
    case "parent embedder":
      return embedderModel(embedderOfSimilarity(similarity));
    case "embedder":
      return typeof nearDuplicates === "boolean" ? undefined : embedderModel(nearDuplicates.by);
    case "archive embedder":
      return embedderModel(embeddingSettings(domain.archive)?.embedder);
    case "held-out judge":
      return heldOutJudge;
  }
}

/** An embedder's model; undefined for those that need none. */
function embedderModel(id: string | undefined): string | undefined {
  return id === undefined || Object.hasOwn(embedderNames, id) ? undefined : id;
}

/** Models that are open, each once however many roles it has, with a recorder for each role. */
export class RoleModels {
  readonly budget: Budget;
  readonly #calls: SearchCalls;
  readonly #store: CallStore;
  readonly #cache: CallCache | undefined;
  readonly #open: OpenModel;
  readonly #queue: RunQueue | undefined;
  readonly #targetHere: boolean;
  readonly #opened = new Map<string, Promise<LanguageModel>>();

  /** Throws as openCallCache does, and as Budget. */
  constructor(options: {
    readonly calls: SearchCalls;
    readonly store: RunStore;
    readonly open: OpenModel;
    /** Workers make the calls: nothing is opened here. */
    readonly queue?: RunQueue | undefined;
    /** But the target, as one that this process trains. Default false. */
    readonly targetHere?: boolean | undefined;
  }) {
    const { calls, store, open, queue, targetHere = false } = options;
    this.#calls = calls;
    this.#store = store.modelCalls;
    this.#open = open;
    this.#queue = queue;
    this.#targetHere = targetHere;
    this.budget = new Budget({
      limits: { maximumCalls: calls.maxCalls, maximumTokens: calls.maxTokens, maximumUsd: calls.maxUsd },
      spent: store.modelCalls.spending(),
    });
    this.#cache = calls.cache === undefined ? undefined : openCallCache(calls.cache);
  }

  /** The model with its calls recorded under the role, or under a phase and a role. Throws as opening does. */
  async role(role: Role | `${string}, ${string}`, id: string): Promise<LanguageModel> {
    const revision = `${role}: ${fileRevision(id)}`;
    const { concurrency, price } = this.#calls;
    const queue = this.#targetHere && /(?:^|, )target$/u.test(role) ? undefined : this.#queue;
    return new RecordedLanguageModel({
      model: queue === undefined ? await this.#openOnce(id) : await queue.model(id, revision),
      revision,
      store: this.#store,
      cache: this.#cache,
      budget: this.budget,
      price: priceOf(id, price),
      ...((queue !== undefined || isEndpoint(id)) && { requestsAtOnce: concurrency, callsPerRequest: 1 }),
    });
  }

  #openOnce(id: string): Promise<LanguageModel> {
    const opening = this.#opened.get(id) ?? this.#open(id);
    this.#opened.set(id, opening);
    return opening;
  }

  /** Closes all models and the cache; calling it twice is harmless. */
  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    for (const opening of await Promise.allSettled(opened)) {
      if (opening.status === "fulfilled") await opening.value.close();
    }
    this.#cache?.close();
  }
}

/** What a role's calls took. */
export interface RoleSpending extends Spending {
  readonly role: Role;
  readonly model: string;
}

/** Spending by role and model, from the store alone. */
export function spendingByRole(store: Pick<RunStore, "modelCalls">): RoleSpending[] {
  const all = store.modelCalls.spendingByModel().flatMap(({ model, revision, spending }) => {
    const role = roles.find((each) => revision.startsWith(`${each}: `));
    return role === undefined ? [] : [{ role, model, ...spending }];
  });
  return all.sort((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
}

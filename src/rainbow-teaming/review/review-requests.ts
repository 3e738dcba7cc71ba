/** What the page of a review asks and tells, as JSON; addresses and bodies are checked here, who asks is not. */
import { z } from "zod";
import { ApiError } from "../../language-models/server/api-error.ts";
import { type ItemReview, pairKey, reviewEventSchema } from "./review.ts";
import type { ReviewKind, ReviewSession } from "./review-session.ts";
import type { ReviewItem, ReviewPair } from "./review-work.ts";

/** How the page begins. */
export interface ReviewPageStart {
  readonly kind: ReviewKind;
  /** Whether texts of a sensitive domain are shown from the start. */
  readonly shown: boolean;
}

/** A request that came from the page. */
export interface ReviewRequest {
  readonly session: ReviewSession;
  readonly start: ReviewPageStart;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of a POST; undefined for a GET. */
  readonly body: unknown;
}

const kindSchema = z.enum(["items", "pairs"]);

/** The JSON of an answer. Throws ApiError for what is not there or not so, and as the session does. */
export function answerReview({ session, start, path, query, body }: ReviewRequest): object {
  if (body !== undefined) {
    if (path !== "/api/reviews") throw unknown();
    decide(session, body);
    return progress(session);
  }
  if (path === "/api/work") {
    session.refresh();
    const { domain, sensitive, criterion, question, system } = session.work;
    return { domain, sensitive, criterion, question, ...(system && { system }), ...start, ...progress(session) };
  }
  if (path !== "/api/next" && path !== "/api/at") throw unknown();
  const kind = kindSchema.safeParse(query.get("kind"));
  const asked = Number(query.get("place") ?? "0");
  if (!kind.success || !Number.isSafeInteger(asked) || asked < 0) throw unknown();
  const count = session.count(kind.data);
  const from = Math.min(asked, Math.max(0, count - 1));
  const next = path === "/api/next" ? session.firstUndecided(kind.data, from) : undefined;
  const place = next ?? from;
  const shown = !session.work.sensitive || query.get("shown") === "1";
  const { items, pairs } = session.work;
  const [item, pair] = kind.data === "items" ? [items[place], undefined] : [undefined, pairs[place]];
  return {
    place,
    allDecided: path === "/api/next" && next === undefined,
    ...(item && shownItem(item, session.itemReview(item.id), shown)),
    ...(pair && {
      pair: shownPair(pair, shown),
      ...(session.pairReview(pair) && { review: session.pairReview(pair) }),
    }),
  };
}

function progress(session: ReviewSession) {
  const of = (kind: ReviewKind) => ({ count: session.count(kind), decided: session.decided(kind) });
  return { items: of("items"), pairs: of("pairs") };
}

function shownItem(item: ReviewItem, review: ItemReview | undefined, shown: boolean) {
  const { prompt, response, ...rest } = item;
  const { response: better, ...told } = review ?? {};
  return {
    item: { ...rest, ...(shown && { prompt, response }) },
    ...(review !== undefined && { review: { ...told, ...(shown && better !== undefined && { response: better }) } }),
  };
}

function shownPair({ first, second }: ReviewPair, shown: boolean) {
  return shown ? { first, second } : { first: { id: first.id }, second: { id: second.id } };
}

function decide(session: ReviewSession, body: unknown): void {
  const parsed = reviewEventSchema.safeParse(body);
  if (!parsed.success) {
    throw new ApiError({ status: 400, message: "expected a decision on an item or a pair, but got something else" });
  }
  const event = parsed.data;
  if (event.kind === "pair") {
    const key = pairKey(event.first, event.second);
    const pair = session.work.pairs.find(({ first, second }) => pairKey(first.id, second.id) === key);
    if (pair === undefined || pair.first.id !== event.first) throw unknown();
    session.label(pair, event.label);
    return;
  }
  const { id, decision, success, response } = event;
  if (!session.work.items.some((item) => item.id === id)) throw unknown();
  if (decision !== "corrected") session.decide(id, decision);
  else session.correct(id, { ...(success !== undefined && { success }), ...(response !== undefined && { response }) });
}

function unknown(): ApiError {
  return new ApiError({
    status: 404,
    message: "expected something that is there, but got an unknown address, item or pair: reload the page",
  });
}

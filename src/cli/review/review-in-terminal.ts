/** A review in a terminal: shows one item or pair after the other, and does what the keys say. */
import type { ReviewKind, ReviewSession } from "../../rainbow-teaming/review/review-session.ts";
import { type Terminal, writeLines } from "../terminal/terminal.ts";
import type { ReviewInput } from "./review-input.ts";
import { helpLines, itemScreen, keyLine, pairScreen } from "./review-screen.ts";

export interface TerminalReview {
  readonly session: ReviewSession;
  readonly input: ReviewInput;
  readonly terminal: Terminal;
  readonly kind: ReviewKind;
  /** Whether texts of a sensitive domain are shown from the start. */
  readonly shown: boolean;
}

const nothingToAccept =
  "The judge's answer could not be read: say whether it was handled well (y) or badly (x), or reject it (r).";

interface State {
  readonly kind: ReviewKind;
  readonly place: number;
  readonly shown: boolean;
  readonly full: boolean;
  /** Whether there is something new to draw. */
  readonly drawn: boolean;
}

/** Ends with the reviewer's q, with the end of the input, or where nothing is there to review. Throws StorageError. */
export async function reviewInTerminal(review: TerminalReview): Promise<void> {
  const { session, input, terminal } = review;
  const say = (...lines: string[]) => writeLines(terminal.results, lines);
  let state: State = { ...start(session, review.kind), shown: review.shown, full: false, drawn: false };
  if (session.firstUndecided(review.kind) === undefined) say(allDecided(session, review.kind));
  for (;;) {
    const { kind } = state;
    if (session.count(kind) === 0) {
      say(kind === "items" ? "There is nothing to review yet." : "There are no pairs to label yet.");
      return;
    }
    if (!state.drawn) draw(review, state);
    const key = await input.key();
    if (key === undefined || key === "q") return;
    state = { ...state, drawn: true };
    if (key === "?") say(...helpLines(session.work, terminal.columns));
    else if (key === "s") state = { ...state, shown: !state.shown, drawn: false };
    else if (key === "f") state = { ...state, full: !state.full, drawn: false };
    else if (key === "n" || key === "b") state = moved(session, state, key === "n" ? 1 : -1);
    else if (key === "p") state = { ...state, ...start(session, kind === "items" ? "pairs" : "items"), drawn: false };
    else if (key === "g") {
      session.refresh();
      state = { ...state, ...start(session, kind), drawn: false };
    } else if (key === "a" && isUnscored(session, state)) say(nothingToAccept);
    else if (await act(review, state, key)) state = onward(session, state, key, say);
    else say(`No such key here: ${keyLine(kind, !state.shown, isUnscored(session, state))}`);
  }
}

/** Whether the judge said nothing of what is on the screen that could be wrong. */
function isUnscored({ work }: ReviewSession, { kind, place }: State): boolean {
  return kind === "items" && work.items[place]?.scored === false;
}

function start(session: ReviewSession, kind: ReviewKind): Pick<State, "kind" | "place"> {
  return { kind, place: session.firstUndecided(kind) ?? 0 };
}

function moved(session: ReviewSession, state: State, step: number): State {
  const count = session.count(state.kind);
  return { ...state, place: (state.place + step + count) % count, full: false, drawn: false };
}

/** After a decision comes the next undecided one; after one that was taken back, the same again. */
function onward(session: ReviewSession, state: State, key: string, say: (line: string) => void): State {
  if (key === "u") return { ...state, drawn: false };
  const next = session.firstUndecided(state.kind, state.place);
  if (next === undefined) say(allDecided(session, state.kind));
  return { ...state, place: next ?? state.place, full: false, drawn: false };
}

function allDecided(session: ReviewSession, kind: ReviewKind): string {
  return `All ${session.count(kind)} ${kind} are decided; n and b go through them, q ends.`;
}

/** Whether the key is a decision about what is on the screen; it is on the disk then. */
async function act(review: TerminalReview, state: State, key: string): Promise<boolean> {
  const { session, terminal, input } = review;
  const { kind, place } = state;
  if (kind === "pairs") {
    const pair = session.work.pairs[place];
    const label = ({ "1": "first", "2": "second", "0": "tie", u: "withdrawn" } as const)[key];
    if (pair === undefined || label === undefined) return false;
    session.label(pair, label);
    return true;
  }
  const item = session.work.items[place];
  if (item === undefined) return false;
  if (key === "a") session.decide(item.id, "accepted");
  else if (key === "r") session.decide(item.id, "rejected");
  else if (key === "u") session.decide(item.id, "withdrawn");
  else if (key === "y" || key === "x") session.correct(item.id, { success: key === "x" });
  else if (key === "w" && item.scored !== false) session.correct(item.id, { success: !item.success });
  else if (key === "e") {
    writeLines(terminal.results, [
      "The better answer; a line with a single dot ends it, the dot alone keeps things as they are.",
    ]);
    const response = await input.text();
    if (response === undefined || response.trim() === "") {
      writeLines(terminal.results, ["No answer was written."]);
      return true;
    }
    session.correct(item.id, { response });
  } else return false;
  return true;
}

function draw({ session, terminal }: TerminalReview, { kind, place, shown, full }: State): void {
  const look = { ...terminal, shown, full };
  const where = { place, count: session.count(kind) };
  const [item, pair] = [session.work.items[place], session.work.pairs[place]];
  const lines =
    kind === "items"
      ? item && itemScreen(item, session.itemReview(item.id), where, look)
      : pair && pairScreen(pair, session.pairReview(pair), where, session.work.question, look);
  writeLines(terminal.results, [...(lines ?? []), "", keyLine(kind, !shown, item?.scored === false)]);
}

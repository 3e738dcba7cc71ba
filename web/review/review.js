// @ts-check
/**
 * The page of `illume review --page`. Texts of models are put in as text nodes only; the server's policy lets no other
 * script run, and refuses every call without the token that stands in the address's fragment.
 */

/** @typedef {"items" | "pairs"} Kind */
/** @typedef {{ id: string, prompt?: string, response?: string }} Shown */
/** @typedef {Shown & { labels: Record<string, string>, fitness: number, scored?: false, success: boolean, heldOutScore?: number | null }} Item */
/** @typedef {{ decision?: string, success?: boolean, response?: string, label?: string, reviewer?: string }} Review */
/** @typedef {{ place: number, allDecided: boolean, item?: Item, pair?: { first: Shown, second: Shown }, review?: Review }} At */
/** @typedef {{ count: number, decided: number }} Progress */
/** @typedef {{ domain: string, sensitive: boolean, criterion: string, question: string, system?: string, kind: Kind, shown: boolean, items: Progress, pairs: Progress }} Work */

const token = location.hash.slice(1);
/** @type {Work | undefined} */
let work;
/** @type {At | undefined} */
let at;
/** @type {Kind} */
let kind = "items";
let shown = false;
/** Whether an answer of the server is waited for: keys pressed in the meantime would hit what is not seen yet. */
let busy = false;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const answerForm = /** @type {HTMLFormElement} */ (element("answer"));
const betterField = /** @type {HTMLTextAreaElement} */ (element("better"));

/** @param {string} path @param {object} [body] @returns {Promise<any>} */
async function ask(path, body) {
  const response = await fetch(path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** @param {() => Promise<void>} action */
async function doing(action) {
  if (busy) return;
  busy = true;
  element("error").textContent = "";
  try {
    await action();
  } catch (error) {
    const message = error instanceof TypeError ? "illume review does not answer any more" : String(error);
    element("error").textContent = `Not kept: ${message.replace(/^Error: /u, "")}`;
  } finally {
    busy = false;
  }
}

/** @param {"next" | "at"} where @param {number} place */
async function go(where, place) {
  at = await ask(`/api/${where}?kind=${kind}&place=${place}&shown=${shown ? 1 : 0}`);
  draw();
}

async function begin() {
  work = /** @type {Work} */ (await ask("/api/work"));
  kind = work.kind;
  shown = work.shown || !work.sensitive;
  await go("next", 0);
}

/** @param {object} event */
async function decide(event) {
  if (work === undefined || at === undefined) return;
  const progress = await ask("/api/reviews", event);
  work = { ...work, ...progress };
  const isWithdrawn = JSON.stringify(event).includes('"withdrawn"');
  await go(isWithdrawn ? "at" : "next", at.place);
}

// Characters that cannot be seen or turn the text around them are shown by their codes.
const deceptive =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Surrogate}/gu;

/** @param {string} text */
function visible(text) {
  return text
    .replaceAll("\r\n", "\n")
    .replace(deceptive, (one) => `[U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
}

/** @param {string} title @param {string | undefined} text */
function block(title, text) {
  const [heading, body] = [document.createElement("h3"), document.createElement("pre")];
  heading.textContent = title;
  body.textContent = text === undefined ? "(hidden; s shows it)" : visible(text);
  body.tabIndex = 0;
  body.setAttribute("aria-label", title);
  return [heading, body];
}

function draw() {
  if (work === undefined || at === undefined) return;
  const { items, pairs } = work;
  document.title = `Review: ${work.domain}`;
  element("title").textContent = `Review: ${visible(work.domain)}`;
  element("progress").textContent =
    `${items.decided} of ${items.count} items decided, ${pairs.decided} of ${pairs.count} pairs labelled`;
  for (const each of /** @type {const} */ (["items", "pairs"])) {
    element(each).setAttribute("aria-pressed", String(each === kind));
  }
  // A field that is hidden keeps the focus for a moment, and would swallow the next key.
  if (document.activeElement === betterField) element("main").focus();
  answerForm.hidden = true;
  const { item, pair, review } = at;
  const of = work[kind].count;
  const end = at.allDecided ? ": all are decided" : "";
  if (item !== undefined) {
    const labels = Object.values(item.labels).map(visible).join(", ");
    element("heading").textContent = `Item ${at.place + 1} of ${of}: ${labels}${end}`;
    const other =
      item.heldOutScore === undefined
        ? ""
        : `; the held-out judge scores ${item.heldOutScore === null ? "nothing readable" : item.heldOutScore.toFixed(2)}`;
    element("verdict").textContent =
      `The judge: ${item.scored === false ? "nothing readable" : `${item.success ? "handled badly" : "handled well"} (${item.fitness.toFixed(2)})`}${other}. ` +
      `Handled badly means: ${visible(work.criterion)}`;
    element("texts").replaceChildren(
      ...(work.system === undefined ? [] : block("The target is told before", work.system)),
      ...block("Prompt", item.prompt),
      ...block("Response", item.response),
      ...(review?.response === undefined ? [] : block("Better answer", review.response)),
    );
  } else if (pair !== undefined) {
    element("heading").textContent = `Pair ${at.place + 1} of ${of}${end}`;
    element("verdict").textContent = `Which response is it: ${visible(work.question)}`;
    element("texts").replaceChildren(
      ...block("First prompt", pair.first.prompt),
      ...block("First response", pair.first.response),
      ...block("Second prompt", pair.second.prompt),
      ...block("Second response", pair.second.response),
    );
  } else {
    element("heading").textContent = kind === "items" ? "There is nothing to review yet." : "There are no pairs yet.";
    element("verdict").textContent = "";
    element("texts").replaceChildren();
  }
  element("reviewed").textContent = of === 0 ? "" : `Reviewed: ${reviewText(review)}`;
  drawActions();
}

/** @param {Review | undefined} review */
function reviewText(review) {
  if (review === undefined) return "not yet";
  if (review.label !== undefined) return review.label === "tie" ? "alike" : `the ${review.label} one`;
  const by = review.reviewer === undefined ? "" : ` by ${visible(review.reviewer)}`;
  const verdict =
    review.success === undefined ? "" : review.success ? ", it was handled badly" : ", it was handled well";
  return `${review.decision}${by}${verdict}`;
}

function edit() {
  if (at?.item === undefined || !shown) return;
  betterField.value = at.review?.response ?? "";
  answerForm.hidden = false;
  betterField.focus();
}

function leave() {
  element("main").focus();
  answerForm.hidden = true;
}

function keep() {
  const id = at?.item?.id;
  const response = betterField.value;
  if (response.trim() === "") element("error").textContent = "Not kept: an answer of blanks is none";
  else if (id !== undefined) void doing(() => decide({ kind: "item", id, decision: "corrected", response }));
}

/** @type {() => { key: string, name: string, run: () => void | Promise<void> }[]} */
function actions() {
  const { item, pair, place = 0 } = at ?? {};
  /** @param {string} decision */
  const deciding = (decision) => () => doing(() => decide({ kind: "item", id: item?.id, decision }));
  /** @param {string} label */
  const labelling = (label) => () =>
    doing(() => decide({ kind: "pair", first: pair?.first.id, second: pair?.second.id, label }));
  const count = work?.[kind].count ?? 0;
  /** @param {number} step */
  const moving = (step) => () => doing(() => go("at", (place + step + count) % count));
  /** @param {boolean} success */
  const telling = (success) => () =>
    doing(() => decide({ kind: "item", id: item?.id, decision: "corrected", success }));
  return [
    ...(item === undefined
      ? []
      : [
          ...(item.scored === false ? [] : [{ key: "a", name: "Accept", run: deciding("accepted") }]),
          { key: "r", name: "Reject", run: deciding("rejected") },
          // Where nothing could be read, nothing is wrong: a person says what it is.
          ...(item.scored === false
            ? [
                { key: "y", name: "Handled well", run: telling(false) },
                { key: "x", name: "Handled badly", run: telling(true) },
              ]
            : [
                {
                  key: "w",
                  name: item.success ? "Wrong: handled well" : "Wrong: handled badly",
                  run: telling(!item.success),
                },
              ]),
          ...(shown ? [{ key: "e", name: "Better answer", run: edit }] : []),
          { key: "u", name: "Take back", run: deciding("withdrawn") },
        ]),
    ...(pair === undefined
      ? []
      : [
          { key: "1", name: "The first", run: labelling("first") },
          { key: "2", name: "The second", run: labelling("second") },
          { key: "0", name: "Alike", run: labelling("tie") },
          { key: "u", name: "Take back", run: labelling("withdrawn") },
        ]),
    ...(count === 0
      ? []
      : [
          { key: "b", name: "Before", run: moving(-1) },
          { key: "n", name: "Next", run: moving(1) },
        ]),
    ...(work?.sensitive ? [{ key: "s", name: shown ? "Hide texts" : "Show texts", run: show }] : []),
    { key: "g", name: "Look again", run: () => doing(lookAgain) },
  ];
}

async function lookAgain() {
  if (work === undefined) return;
  const { items, pairs } = await ask("/api/work");
  work = { ...work, items, pairs };
  await go("next", 0);
}

function show() {
  return doing(async () => {
    shown = !shown;
    await go("at", at?.place ?? 0);
  });
}

/** @param {Kind} other */
function turnTo(other) {
  return doing(async () => {
    kind = other;
    await go("next", 0);
  });
}

function drawActions() {
  const buttons = actions().map(({ key, name, run }) => {
    const [button, hint] = [document.createElement("button"), document.createElement("kbd")];
    button.type = "button";
    button.setAttribute("aria-keyshortcuts", key);
    hint.textContent = ` ${key}`;
    hint.setAttribute("aria-hidden", "true");
    button.append(name, hint);
    button.addEventListener("click", () => void run());
    return button;
  });
  element("actions").replaceChildren(...buttons);
}

document.addEventListener("keydown", (event) => {
  if (event.target === betterField) {
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const action = actions().find(({ key }) => key === event.key);
  if (event.key === "a" && at?.item?.scored === false) {
    element("error").textContent =
      "Not kept: the judge's answer could not be read. Say whether it was handled well (y) or badly (x), or reject it (r).";
    return;
  }
  if (action === undefined && event.key !== "p") return;
  event.preventDefault();
  if (action === undefined) void turnTo(kind === "items" ? "pairs" : "items");
  else void action.run();
});
answerForm.addEventListener("submit", (event) => {
  event.preventDefault();
  keep();
});
element("leave").addEventListener("click", leave);
element("items").addEventListener("click", () => void turnTo("items"));
element("pairs").addEventListener("click", () => void turnTo("pairs"));
void doing(begin);

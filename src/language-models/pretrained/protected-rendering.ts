/** Rendering a conversation in which users wrote control tokens, without making control tokens of them. */
import type { ChatMessage } from "../language-model.ts";
import type { ChatTemplate } from "./chat-template.ts";

/** A part of a rendered conversation: a control token of the template's, or text. */
export interface RenderedPart {
  readonly text: string;
  readonly control: boolean;
}

/**
 * The rendered conversation. Where no message has the text of a control token, it is one text, all of whose control
 * tokens are the template's. Otherwise it comes in parts: for the rendering each such text is replaced by a mark of
 * private-use characters that no message has, and put back afterwards into parts that are text.
 */
export function protectedRendering(
  render: ChatTemplate,
  messages: readonly ChatMessage[],
  controlTexts: readonly string[],
): string | RenderedPart[] {
  const written = controlTexts.filter((control) => messages.some(({ content }) => content.includes(control)));
  if (written.length === 0) return render(messages);
  // The longest first, since one can be the beginning of another.
  const longestFirst = (texts: readonly string[]) => [...texts].sort((a, b) => b.length - a.length);
  const marks = new Map(longestFirst(written).map((text, index) => [text, markOf(messages, index)]));
  const anyWritten = alternatives([...marks.keys()]);
  const marked = messages.map(({ role, content }) => ({
    role,
    content: content.replace(anyWritten, (text) => marks.get(text) as string),
  }));
  const restored = (text: string) => {
    let whole = text;
    for (const [control, mark] of marks) whole = whole.replaceAll(mark, () => control);
    return whole;
  };
  const parts: RenderedPart[] = [];
  const rendered = render(marked);
  let start = 0;
  for (const match of rendered.matchAll(alternatives(longestFirst(controlTexts)))) {
    if (match.index > start) parts.push({ text: restored(rendered.slice(start, match.index)), control: false });
    parts.push({ text: match[0], control: true });
    start = match.index + match[0].length;
  }
  if (start < rendered.length) parts.push({ text: restored(rendered.slice(start)), control: false });
  return parts;
}

/** Two private-use characters around a third that counts; the first is one that no message has. */
function markOf(messages: readonly ChatMessage[], index: number): string {
  let character = 0xf0000;
  while (messages.some(({ content }) => content.includes(String.fromCodePoint(character)))) character++;
  return String.fromCodePoint(character, 0x100000 + index, character);
}

function alternatives(texts: readonly string[]): RegExp {
  return new RegExp(texts.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`)).join("|"), "gu");
}

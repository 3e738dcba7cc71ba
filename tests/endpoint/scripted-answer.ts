/** What the endpoint says where nothing goes wrong: words drawn from the request's content and seed. */
import { RandomStream } from "../../src/core/random.ts";

/** A chat request as far as the endpoint looks at it. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly seed?: number;
  readonly stop?: string | readonly string[];
  readonly stream?: boolean;
}

export interface ScriptedAnswer {
  readonly text: string;
  readonly finishReason: "stop" | "length";
  /** Words of the messages. */
  readonly promptTokens: number;
  /** Words of the answer, those of a stop text counted. */
  readonly tokens: number;
}

const words = ["ash", "birch", "cedar", "elm", "fir", "hazel", "lime", "maple", "oak", "pine", "rowan", "yew"];

/** Up to 30 words (a word is a token); at temperature 0 the seed has no influence. */
export function scriptedAnswer(request: ChatRequest): ScriptedAnswer {
  const { messages, max_tokens: maximum = 30, temperature = 1, seed = 0, stop = [] } = request;
  const prompt = messages.map(({ role, content }) => `${role}: ${content}`).join("\n");
  const random = new RandomStream(temperature === 0 ? 0 : seed, ["answer", request.model, prompt]);
  const wanted = random.integer(3, 31);
  const given = Array.from({ length: Math.min(wanted, maximum) }, () => random.choice(words));
  const whole = given.join(" ");
  const endings = (typeof stop === "string" ? [stop] : stop).map((ending) => whole.indexOf(ending));
  const end = Math.min(whole.length, ...endings.filter((position) => position >= 0));
  const stopped = end < whole.length;
  return {
    text: whole.slice(0, end),
    finishReason: stopped || wanted <= maximum ? "stop" : "length",
    promptTokens: prompt.match(/\S+/gu)?.length ?? 0,
    tokens: stopped ? (whole.slice(0, end + 1).match(/\S+/gu)?.length ?? 0) : given.length,
  };
}

/** Eight numbers that depend on the text alone. */
export function scriptedEmbedding(text: string): number[] {
  const random = new RandomStream(0, ["embedding", text]);
  return Array.from({ length: 8 }, () => random.normal());
}

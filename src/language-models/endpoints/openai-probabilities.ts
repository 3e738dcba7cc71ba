/** Probabilities of tokens as OpenAI's protocol has them: choices[0].logprobs.content. */
import { z } from "zod";
import type { TokenLogProbability } from "../language-model.ts";

const token = z.object({ token: z.string().max(1000), logprob: z.number().max(0) });
const content = z.array(token.extend({ top_logprobs: z.array(token).max(100).nullish() })).max(100_000);
const answer = z.object({ choices: z.array(z.object({ logprobs: z.object({ content: z.unknown() }).nullish() })) });

/** What an answer tells; undefined where it tells nothing, or something else. */
export function openaiProbabilities(told: unknown): readonly TokenLogProbability[] | undefined {
  const parsed = content.safeParse(told);
  if (!parsed.success || parsed.data.length === 0) return undefined;
  return parsed.data.map(({ token: text, logprob, top_logprobs }) => ({
    text,
    logProbability: logprob,
    ...(top_logprobs && {
      alternatives: top_logprobs.map((each) => ({ text: each.token, logProbability: each.logprob })),
    }),
  }));
}

/** The same from a whole body of an answer, not read yet. */
export function contentOfBody(body: unknown): unknown {
  const parsed = answer.safeParse(body);
  return parsed.success ? parsed.data.choices[0]?.logprobs?.content : undefined;
}

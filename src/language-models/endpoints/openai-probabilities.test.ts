/** From the bytes of a server to probabilities, and servers that do not know them. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openLanguageModel } from "../open-language-model.ts";
import { contentOfBody, openaiProbabilities } from "./openai-probabilities.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function open(
  answer: (body: Record<string, unknown>) => { status?: number; logprobs?: unknown },
  notices: string[] = [],
) {
  const bodies: Record<string, unknown>[] = [];
  const started = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const body = JSON.parse(text) as Record<string, unknown>;
    bodies.push(body);
    const { status = 200, logprobs = null } = answer(body);
    response.writeHead(status, { "content-type": "application/json" });
    const choice = { index: 0, message: { role: "assistant", content: "A" }, logprobs, finish_reason: "stop" };
    response.end(
      JSON.stringify(status === 200 ? { model: "m", choices: [choice] } : { error: { message: "no logprobs here" } }),
    );
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const id = `http://127.0.0.1:${(started.address() as AddressInfo).port}/v1#m`;
  return {
    bodies,
    model: await openLanguageModel(id, { environment: {}, onNotice: (notice) => notices.push(notice) }),
  };
}
const asked = { prompts: ["a"], maximumTokens: 4, tokenLogProbabilities: true } as const;
const token = (text: string, logprob: number) => ({ token: text, logprob, bytes: [65] });

test("a server's probabilities are asked for and read", async () => {
  const content = [{ ...token("A", -0.1), top_logprobs: [token("A", -0.1), token("B", -2.5)] }];
  const { bodies, model } = await open(() => ({ logprobs: { content } }));
  const [[sample] = []] = await model.generate(asked);
  expect(bodies[0]).toMatchObject({ logprobs: true, top_logprobs: 5 });
  expect(sample?.tokenLogProbabilities).toEqual([
    {
      text: "A",
      logProbability: -0.1,
      alternatives: [
        { text: "A", logProbability: -0.1 },
        { text: "B", logProbability: -2.5 },
      ],
    },
  ]);
  await model.generate({ ...asked, alternatives: 20 });
  expect(bodies.pop()).toMatchObject({ logprobs: true, top_logprobs: 20 });
  const [[without] = []] = await model.generate({ ...asked, tokenLogProbabilities: false });
  expect(bodies[1]).not.toHaveProperty("logprobs");
  expect(without).not.toHaveProperty("tokenLogProbabilities");
});

test("a server that refuses them answers without, is not asked again, and that is told once", async () => {
  const notices: string[] = [];
  const { bodies, model } = await open((body) => ({ status: "logprobs" in body ? 400 : 200 }), notices);
  for (let call = 0; call < 2; call++) {
    const [[sample] = []] = await model.generate(asked);
    expect(sample).toMatchObject({ text: "A", finishReason: "stop" });
    expect(sample).not.toHaveProperty("tokenLogProbabilities");
  }
  expect(bodies.map((body) => "logprobs" in body)).toEqual([true, false, false]);
  expect(notices).toEqual([expect.stringContaining("refuses to tell log probabilities")]);
});

test("anything else is no probabilities", () => {
  for (const told of [undefined, null, [], [{ token: "A" }], [{ token: "A", logprob: 3 }], "A", { content: 1 }]) {
    expect(openaiProbabilities(told)).toBeUndefined();
  }
  for (const body of [undefined, {}, { choices: [] }, { choices: [{}] }, { choices: [{ logprobs: null }] }]) {
    expect(contentOfBody(body)).toBeUndefined();
  }
});

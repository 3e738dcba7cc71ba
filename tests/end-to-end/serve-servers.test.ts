/** Servers with settings of their own: full queues, failing models, clients that stop reading, the end. */

import { connect } from "node:net";
import { beforeEach, describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../src/core/errors/invalid-argument-error.ts";
import { StorageError } from "../../src/core/errors/storage-error.ts";
import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";
import { type ServerOptions, startServer } from "../../src/language-models/server/start-server.ts";
import { errorOf, events, until } from "./serve-answers.ts";
import { PacedLanguageModel } from "./serve-paced-model.ts";

let model: PacedLanguageModel;
beforeEach(() => {
  model = new PacedLanguageModel();
  Object.assign(model, { pace: 0, stopped: 0, mostRunning: 0, words: 8, tells: true });
});

const headers = { "content-type": "application/json" };
const completion = { model: "paced", prompt: "go", seed: 5, max_tokens: 8 };

describe("other servers", () => {
  const serving = async (options: Partial<ServerOptions>, use: (url: string) => Promise<void>) => {
    const other = await startServer({ model, ...options });
    try {
      await use(`${other.url}/completions`);
    } finally {
      await other.close(0);
    }
  };
  const ask = (url: string, change: object = {}) =>
    fetch(url, { method: "POST", headers, body: JSON.stringify({ ...completion, ...change }) });

  test("429 where the queue is full", async () => {
    model.pace = 30;
    await serving({ sequences: 1, waiting: 1 }, async (url) => {
      const first = ask(url);
      await until(() => model.running === 1);
      const second = ask(url);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const third = await ask(url);
      expect([third.status, third.headers.get("retry-after")]).toEqual([429, "1"]);
      expect(await errorOf(third)).toMatchObject({ type: "rate_limit_error", code: "queue_full" });
      expect([(await first).status, (await second).status]).toEqual([200, 200]);
      expect(model.mostRunning).toBe(1);
    });
  });

  test("500 where the model fails: nothing of the reason for the client, all of it for the log", async () => {
    const broken = new PacedLanguageModel();
    const faults: unknown[] = [];
    broken.generate = async ({ onText }) => {
      onText?.({ prompt: 0, sample: 0, text: "so far" });
      throw new Error("a secret");
    };
    await serving({ model: broken, onRequest: ({ fault }) => faults.push(fault) }, async (url) => {
      const whole = await ask(url);
      expect([whole.status, (await whole.clone().text()).includes("secret")]).toEqual([500, false]);
      expect((await errorOf(whole)).type).toBe("server_error");
      const streamed = (await events(await ask(url, { stream: true }))).map((event) => JSON.parse(event));
      expect(streamed[0].choices[0].text).toBe("so far");
      expect(streamed.at(-1)).toHaveProperty("error.code", "model_failure");
      await until(() => faults.length === 2);
      expect(faults).toEqual([new Error("a secret"), new Error("a secret")]);
    });
  });

  test("400 where the model refuses, in a stream too as long as nothing was said", async () => {
    const refusing = new PacedLanguageModel();
    refusing.generate = async () => {
      throw new InvalidArgumentError({ expected: "a short prompt", received: "a long one", remedy: "shorten it" });
    };
    await serving({ model: refusing }, async (url) => {
      for (const stream of [false, true]) expect((await ask(url, { stream })).status).toBe(400);
    });
  });

  test("a model without embeddings says so", async () => {
    const plain = new ScriptedLanguageModel({ id: "paced", answer: () => "yes" });
    await serving({ model: plain }, async (url) => {
      const asked = { method: "POST", headers, body: JSON.stringify({ model: "paced", input: "x" }) };
      const response = await fetch(url.replace("completions", "embeddings"), asked);
      expect([response.status, (await errorOf(response)).code]).toEqual([400, "unsupported_capability"]);
    });
  });

  test.each([
    ["each by itself", 0, 50],
    ["put together", 50, 5],
  ])("50 requests at once are what they are one by one: %s", async (_, collectMilliseconds, seeds) => {
    let calls = 0;
    const counting = new PacedLanguageModel();
    const generate = counting.generate.bind(counting);
    counting.generate = (options) => {
      calls++;
      return generate(options);
    };
    await serving({ model: counting, collectMilliseconds }, async (url) => {
      const texts = await Promise.all(
        Array.from({ length: 50 }, async (__, index) => {
          const stream = index % 2 === 0;
          const answer = await ask(url, { seed: index % seeds, stream, prompt: `go ${index % 3}` });
          if (!stream) return ((await answer.json()) as { choices: { text: string }[] }).choices[0]?.text;
          const chunks = (await events(answer)).slice(0, -1).map((event) => JSON.parse(event));
          return chunks.map(({ choices }) => choices[0].text).join("");
        }),
      );
      expect(texts).toEqual(texts.map((__, index) => model.wordsOf(`go ${index % 3}`, index % seeds, 0).join("")));
      if (collectMilliseconds === 0) expect(calls).toBe(50);
      else expect(calls).toBeLessThan(50);
    });
  });

  test("requests without a seed differ", async () => {
    await serving({}, async (url) => {
      const texts = await Promise.all([0, 1, 2].map(async () => (await ask(url, { seed: null })).text()));
      const choices = texts.map((text) => JSON.parse(text).choices[0].text);
      expect(new Set(choices).size).toBe(3);
    });
  });

  test("a client that stops reading is let go", async () => {
    model.words = 20_000;
    await serving({ stallMilliseconds: 300 }, async (url) => {
      const { port } = new URL(url);
      const body = JSON.stringify({ ...completion, prompt: "x".repeat(500), n: 8, max_tokens: 20_000, stream: true });
      const socket = connect(Number(port), "127.0.0.1");
      socket.pause();
      const head = `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
      socket.write(`POST /v1/completions HTTP/1.1\r\nhost: localhost\r\n${head}${body}`);
      await until(() => model.mostRunning === 1);
      model.words = 8;
      await until(() => model.running === 0);
      socket.destroy();
    });
  });

  test("ends in order: 503 for new requests, time for those under way, then a stop", async () => {
    model.pace = 30;
    const other = await startServer({ model });
    const url = `${other.url}/completions`;
    const underWay = ask(url);
    await until(() => model.running === 1);
    const ending = other.close();
    expect(other.close()).toBe(ending);
    expect((await underWay).status).toBe(200);
    await ending;
    await expect(ask(url)).rejects.toThrow();

    const impatient = await startServer({ model });
    const stopped = ask(`${impatient.url}/completions`);
    await until(() => model.running === 1);
    await impatient.close(20);
    const response = await stopped;
    expect([response.status, response.headers.get("connection")]).toEqual([503, "close"]);
    expect((await errorOf(response)).code).toBe("shutting_down");
    expect(model.stopped).toBe(1);
  });

  test("a port that is taken is one clear line", async () => {
    await serving({}, async (url) => {
      const port = Number(new URL(url).port);
      await expect(startServer({ model, port })).rejects.toThrow(StorageError);
    });
    await expect(startServer({ model, host: "0.0.0.0" })).rejects.toThrow(InvalidArgumentError);
    await serving({ host: "::1" }, async (url) => {
      expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/v1/);
      expect((await ask(url)).status).toBe(200);
    });
  });
});

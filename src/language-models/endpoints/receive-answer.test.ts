import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type ReceiveAnswer, receiveAnswer, receiveByFetch } from "./receive-answer.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: (request: IncomingMessage, body: string, response: ServerResponse) => void) {
  const started = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    answer(request, body, response);
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

const both: [string, ReceiveAnswer][] = [
  ["by Node's client", receiveAnswer],
  ["by fetch", receiveByFetch(fetch)],
];

describe.each(both)("an answer %s", (_, receive) => {
  test("is whole: status, headers, bytes of several pieces", async () => {
    const url = await serve((request, body, response) => {
      response.writeHead(418, "teapot", { "x-method": String(request.method), "set-cookie": ["a=1", "b=2"] });
      response.write(`${request.headers["x-key"]} `);
      response.end(body);
    });
    const init = { method: "POST", headers: { "X-Key": "k" }, body: "für dich" };
    const { status, statusText, headers: pairs, bytes } = await receive(`${url}/a`, init, 1000);
    const headers = new Headers(pairs.map(([name, value]) => [name, value]));
    expect([status, statusText, headers.get("x-method")]).toEqual([418, "teapot", "POST"]);
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(new TextDecoder().decode(bytes)).toBe("k für dich");
  });

  test("is cut off where it is too long", async () => {
    const url = await serve((_request, _body, response) => response.end("x".repeat(100_000)));
    expect((await receive(url, undefined, 99_999)).bytes.length).toBe(100_000);
    expect((await receive(url, undefined, 10)).bytes.length).toBeLessThanOrEqual(11);
  });

  test("that breaks off is an error, and so is a stopped one", async () => {
    const url = await serve((request, _body, response) => {
      if (request.url === "/hang") return;
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    });
    await expect(receive(url, undefined, 1000)).rejects.toThrow();
    const controller = new AbortController();
    const stopped = receive(`${url}/hang`, { signal: controller.signal }, 1000);
    setTimeout(() => controller.abort(), 20);
    await expect(stopped).rejects.toThrow(/abort/i);
  });

  test("that is elsewhere is fetched from there", async () => {
    const url = await serve((request, body, response) => {
      if (request.url !== "/there") response.writeHead(307, { location: "/there" }).end();
      else response.end(`${request.method} ${body}`);
    });
    const { bytes } = await receive(`${url}/here`, { method: "POST", body: "text" }, 1000);
    expect(new TextDecoder().decode(bytes)).toBe("POST text");
  });
});

test("Node's client keeps its connection", async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, _body, response) => {
    ports.add(request.socket.remotePort);
    response.end("yes");
  });
  for (let call = 0; call < 5; call++) await receiveAnswer(url, { method: "POST", body: "a" }, 10);
  expect(ports.size).toBe(1);
});

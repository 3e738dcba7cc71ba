import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { isLoopback, requireGuard, requireHost, requireKey } from "./access.ts";
import { ApiError } from "./api-error.ts";

test.each([
  ["127.0.0.1", true],
  ["127.1.2.3", true],
  ["localhost", true],
  ["LOCALHOST.", true],
  ["::1", true],
  ["[::1]", true],
  ["0.0.0.0", false],
  ["::", false],
  ["10.0.0.1", false],
  ["127.0.0.1.example.org", false],
  ["localhost.example.org", false],
  ["", false],
])("%j is loopback: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

describe("a host beyond this machine", () => {
  test("needs a key, or the word that none is wanted", () => {
    expect(() => requireGuard({ host: "0.0.0.0" }, false)).toThrow(InvalidArgumentError);
    expect(() => requireGuard({ host: "0.0.0.0" }, false)).toThrow(/--key-env.*--no-key/);
    requireGuard({ host: "0.0.0.0" }, true);
    requireGuard({ host: "0.0.0.0", key: "secret" }, false);
    requireGuard({ host: "127.0.0.1" }, false);
  });

  test("a key is not empty", () => {
    expect(() => requireGuard({ host: "127.0.0.1", key: "" }, false)).toThrow(InvalidArgumentError);
  });
});

describe("the Host header", () => {
  const status = (header: string | undefined, access: Parameters<typeof requireHost>[1]) => {
    try {
      requireHost(header, access);
      return 200;
    } catch (error) {
      return (error as ApiError).status;
    }
  };

  test.each([
    ["127.0.0.1:8000", 200],
    ["localhost:8000", 200],
    ["LocalHost", 200],
    ["[::1]:8000", 200],
    ["192.168.1.5:8000", 200],
    ["mine.test:8000", 200],
    ["evil.example:8000", 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["localhost@evil.example", 403],
    ["localhost:8000:9", 403],
    ["", 403],
    [undefined, 403],
  ])("%j on loopback: %i", (header, expected) => {
    expect(status(header, { host: "127.0.0.1", hostNames: ["mine.test"] })).toBe(expected);
    expect(status(header, { host: "127.0.0.1", hostNames: ["mine.test"], key: "secret" })).toBe(expected);
  });

  test("beyond loopback a key stands for it; without one the server's own name is known too", () => {
    expect(status("evil.example", { host: "0.0.0.0", key: "secret" })).toBe(200);
    expect(status("evil.example", { host: "0.0.0.0" })).toBe(403);
    expect(status("models.test:80", { host: "models.test" })).toBe(200);
  });
});

test("the key is compared whole", () => {
  const access = { host: "127.0.0.1", key: "secret" };
  requireKey("Bearer secret", access);
  requireKey("bearer secret", access);
  requireKey(undefined, { host: "127.0.0.1" });
  for (const header of [undefined, "", "secret", "Basic secret", "Bearer", "Bearer secre", "Bearer secret2"]) {
    expect(() => requireKey(header, access)).toThrow(ApiError);
  }
});

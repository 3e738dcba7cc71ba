/** Who may ask: the address that is listened on, the Host header, the key. */
import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { ApiError } from "./api-error.ts";

/** How a server is guarded. */
export interface Access {
  /** The address or name that is listened on. */
  readonly host: string;
  /** Asked for as "Authorization: Bearer KEY". */
  readonly key?: string;
  /** Names beside localhost and the address itself under which clients may reach the server. */
  readonly hostNames?: readonly string[];
}

/** Whether an address or name is this machine's own, which no other machine can reach. */
export function isLoopback(host: string): boolean {
  const name = bareName(host);
  if (name === "localhost" || name === "::1" || name === "::ffff:127.0.0.1") return true;
  return isIP(name) === 4 && name.startsWith("127.");
}

/** Throws InvalidArgumentError where other machines could ask and no key is set, unless that is wanted. */
export function requireGuard(access: Access, withoutKey: boolean): void {
  if (access.key === "") {
    throw new InvalidArgumentError({
      expected: "a key that is not empty",
      received: "an empty one",
      remedy: "set one, or leave it out",
    });
  }
  if (isLoopback(access.host) || access.key !== undefined || withoutKey) return;
  throw new InvalidArgumentError({
    expected: `a key where other machines can ask (host ${access.host})`,
    received: "none",
    remedy: "pass --key-env NAME, or --no-key to let everyone in, or leave --host out to serve this machine only",
  });
}

/**
 * Throws ApiError 403 for a Host header with a name that is not the server's: a page in a browser could have its own name
 * lead to this machine (DNS rebinding) and would then count as of the same origin. An address cannot be rebound, and a key
 * is not known to such a page, so that neither needs a known name where other machines may ask.
 */
export function requireHost(header: string | undefined, access: Access): void {
  if (access.key !== undefined && !isLoopback(access.host)) return;
  const name = header === undefined ? "" : hostNameOf(header);
  const known = [access.host, ...(access.hostNames ?? [])].map(bareName);
  if (isLoopback(name) || isIP(name) !== 0 || known.includes(name)) return;
  throw new ApiError({
    status: 403,
    message: "expected a Host header with a name of this server, but got another: use its address",
    code: "unknown_host",
  });
}

/** Throws ApiError 401 where a key is set and the Authorization header does not hold it; takes equally long for all. */
export function requireKey(header: string | undefined, access: Access): void {
  if (access.key === undefined) return;
  const [, given = ""] = /^Bearer +(.*)$/iu.exec(header ?? "") ?? [];
  if (timingSafeEqual(digest(given), digest(access.key))) return;
  throw new ApiError({
    status: 401,
    message:
      header === undefined
        ? "expected an API key (Authorization: Bearer KEY), but got none"
        : "Incorrect API key provided",
    code: "invalid_api_key",
    headers: { "www-authenticate": "Bearer" },
  });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The name of a Host header without its port, "" where it is none. */
function hostNameOf(header: string): string {
  const [, name = ""] = /^(\[[\da-f:.]+\]|[^:[\]/\\@?#\s]+)(?::\d+)?$/iu.exec(header) ?? [];
  return bareName(name);
}

function bareName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/u, "$1")
    .replace(/\.$/u, "");
}

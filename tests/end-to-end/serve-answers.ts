/** What a server answered, read by tests. */
import { expect } from "vitest";

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** The events of a stream. */
export async function events(response: Response): Promise<string[]> {
  const text = await response.text();
  expect(text.endsWith("\n\n")).toBe(true);
  return text
    .slice(0, -2)
    .split("\n\n")
    .map((event) => event.replace(/^data: /, ""));
}

/** The error in an answer, as OpenAI's endpoints shape it. */
export async function errorOf(
  response: Response,
): Promise<{ type: string; param: string | null; code: string | null }> {
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const { error } = (await response.json()) as {
    error: { message: string; type: string; param: string | null; code: string | null };
  };
  expect(error.message).not.toBe("");
  return error;
}

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as room from "./index.ts";
import { rows } from "./operation-table/tables.ts";

const text = readFileSync(new URL("README.md", import.meta.url), "utf8");
const lines = text.split("\n").filter((line) => line.startsWith("| `"));
const names = lines.flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map((match) => match[1]));

describe("the README's table of operations", () => {
  const folder = new URL("operations/", import.meta.url);
  /** Not of users: what operations share. */
  const internal = ["broadcast.ts", "operand.ts", "convolution-shape.ts"];
  const files = readdirSync(folder).filter((file) => /^[\w-]+\.ts$/.test(file) && !internal.includes(file));

  test("names every function that applies an operation, once, and nothing else", async () => {
    const exported: string[] = [];
    for (const file of files) {
      for (const [name, value] of Object.entries((await import(new URL(file, folder).href)) as object)) {
        if (typeof value === "function" && name !== "errorFunction") exported.push(name);
      }
    }
    expect([...names].sort()).toEqual(exported.sort());
    expect(exported.filter((name) => !(name in room))).toEqual([]);
  });

  test("claims the orders and element types that the checked table has", () => {
    const claimed: Record<string, unknown> = {};
    const checked: Record<string, unknown> = {};
    for (const line of lines) {
      const [operations = "", , order = "", backends = ""] = line.split("|").slice(1);
      const types = new Set(backends.trim().split(" "));
      for (const [, name = ""] of operations.matchAll(/`(\w+)`/g)) {
        const own = rows.filter((row) => row.name.split(/[ ,]/)[0] === name);
        const ofFloats = own.filter((row) => row.inputs.some((input) => input.type === "float"));
        const named = (type: RegExp) => own.some((row) => type.test(row.name));
        claimed[name] = [order.includes("any"), types.has("D"), types.has("I"), types.has("B")];
        const double = ofFloats.length === 0 ? types.has("D") : ofFloats.every((row) => row.double);
        checked[name] = [own.some((row) => row.derivative === "any"), double, named(/integers/), named(/bool/)];
      }
    }
    expect(claimed).toEqual(checked);
  });

  test("gives each row five columns, and an order", () => {
    for (const line of lines) {
      const columns = line.split("|").slice(1, -1);
      expect(columns, line).toHaveLength(5);
      expect(columns[2], line).toMatch(/any|none/);
      expect(columns[3], line).toMatch(/^ R /);
    }
  });
});

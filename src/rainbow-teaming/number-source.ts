/** Where a descriptor's number comes from, as a domain's file says it. */
import { z } from "zod";
import { group, text } from "./schema-parts.ts";

/** Functions of a text that are known by name. */
export const numberNames = ["characters", "words", "lines", "sentences", "word-length", "digits", "capitals"] as const;

/** A known function, the matches of a pattern, or a module's default export. */
export const numberSourceSchema = z.union(
  [
    z.enum(numberNames),
    group("a pattern whose matches are counted", {
      count: text("a regular expression, as text"),
      flags: z
        .string()
        .regex(/^[a-z]*$/u)
        .default("u"),
    }),
    /** Its path is seen from the domain's file. */
    group("a module that exports a function by default", { file: text("the path of a module, as text") }),
  ],
  { error: `one of ${numberNames.join(", ")}, or { count: PATTERN }, or { file: MODULE }` },
);

/** Where a number comes from. */
export type NumberSource = z.output<typeof numberSourceSchema>;

/** Where in the user's code an operation was called: the first stack frame outside this room. */
const room = new URL(".", import.meta.url).href;

/** "file.ts:12:5", or undefined where the stack does not tell. */
export function callerLine(): string | undefined {
  const previousLimit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const stack = new Error().stack ?? "";
  Error.stackTraceLimit = previousLimit;
  for (const line of stack.split("\n").slice(1)) {
    const location = /\(?((?:file:\/\/)?\/[^()]+|[A-Za-z]:\\[^()]+):(\d+):(\d+)\)?$/.exec(line);
    if (location === null) continue;
    const [, file = "", row, column] = location;
    const href = file.startsWith("file:") ? file : `file://${file}`;
    const inside = href.startsWith(room) && !href.endsWith(".test.ts");
    if (!inside && !file.includes("node:internal")) return `${file.replace(/^file:\/\//, "")}:${row}:${column}`;
  }
  return undefined;
}

/** Results of calls as JSON text and back, without loss: what a later process reads is what this one was given. */

/** Any result made of plain objects; infinities and NaN, which JSON lacks, are kept. */
export function encodeResult(result: unknown): string {
  return JSON.stringify(result, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value,
  );
}

/** What encodeResult was given. */
export function decodeResult<Result>(text: string): Result {
  // Without a mark there is nothing to revive, which takes ten times as long as to parse.
  if (!text.includes('{"number":"')) return JSON.parse(text) as Result;
  return JSON.parse(text, (_, value: unknown) => {
    const { number, ...others } = (value ?? {}) as { number?: unknown };
    const marked = ["Infinity", "-Infinity", "NaN"].includes(number as string) && Object.keys(others).length === 0;
    return marked ? Number(number) : value;
  }) as Result;
}

/** A vector as base64 of its little-endian 32-bit floats. */
export function encodeVector(vector: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(4 * vector.length));
  for (const [index, value] of vector.entries()) bytes.setFloat32(4 * index, value, true);
  return JSON.stringify(Buffer.from(bytes.buffer).toString("base64"));
}

/** What encodeVector was given. */
export function decodeVector(text: string): Float32Array {
  const bytes = Buffer.from(JSON.parse(text) as string, "base64");
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
}

/** A request that failed below the API: the connection, or bytes that are no answer of one. Never leaves the room. */
export class WireFailure extends Error {
  readonly kind: "transient" | "overloaded" | "unusable";

  constructor(kind: "transient" | "overloaded" | "unusable", message: string) {
    super(message);
    this.kind = kind;
    this.name = "WireFailure";
  }
}

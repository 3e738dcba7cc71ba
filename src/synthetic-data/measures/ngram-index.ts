/**
 * Numbers for n-grams: equal n-grams of equal order have equal ids, in the order of first sight.
 *
 * An n-gram is the pair (id of its first n - 1 tokens, id of its last token), so that each costs one look-up of two
 * integers, whatever n is, and no string is joined. Pairs live in an open-addressing table on typed arrays.
 */
export class NgramIndex {
  /** The greatest order that is numbered. */
  readonly maximumOrder: number;
  readonly #tokens = new Map<string, number>();
  readonly #distinct: number[];
  #size = 0;
  #pairs = 0;
  #prefixes = new Int32Array(1024);
  #lasts = new Int32Array(1024);
  /** Id + 1; 0 marks a free slot. */
  #ids = new Int32Array(1024);

  /** @param maximumOrder at least 1; BLEU uses 4 */
  constructor(maximumOrder: number) {
    this.maximumOrder = maximumOrder;
    this.#distinct = new Array<number>(maximumOrder).fill(0);
  }

  /** How many ids are given, over all orders; ids are 0 ... size - 1. */
  get size(): number {
    return this.#size;
  }

  /** How many different n-grams of that order were seen. */
  distinct(order: number): number {
    return this.#distinct[order - 1] as number;
  }

  /**
   * The ids of all n-grams of a text: first its tokens', then its pairs', and so on to the maximum order.
   * Order n has max(0, tokens.length - n + 1) ids.
   */
  idsOf(tokens: readonly string[]): Int32Array {
    const length = tokens.length;
    let total = 0;
    for (let order = 1; order <= this.maximumOrder; order++) total += Math.max(0, length - order + 1);
    const ids = new Int32Array(total);
    for (let position = 0; position < length; position++) ids[position] = this.#tokenId(tokens[position] as string);
    let shorter = 0;
    let offset = length;
    for (let order = 2; order <= Math.min(this.maximumOrder, length); order++) {
      const count = length - order + 1;
      for (let position = 0; position < count; position++) {
        const last = ids[position + order - 1] as number;
        ids[offset + position] = this.#pairId(ids[shorter + position] as number, last, order);
      }
      shorter = offset;
      offset += count;
    }
    return ids;
  }

  #tokenId(token: string): number {
    let id = this.#tokens.get(token);
    if (id === undefined) {
      id = this.#newId(1);
      this.#tokens.set(token, id);
    }
    return id;
  }

  #pairId(prefix: number, last: number, order: number): number {
    // At most half full: a probe meets one or two slots.
    if (this.#pairs * 2 >= this.#ids.length) this.#grow();
    const slot = this.#slot(prefix, last);
    const known = this.#ids[slot] as number;
    if (known > 0) return known - 1;
    const id = this.#newId(order);
    this.#put(slot, prefix, last, id + 1);
    this.#pairs++;
    return id;
  }

  #newId(order: number): number {
    this.#distinct[order - 1] = (this.#distinct[order - 1] as number) + 1;
    return this.#size++;
  }

  #slot(prefix: number, last: number): number {
    const mask = this.#ids.length - 1;
    let hash = Math.imul(prefix, 0x9e3779b1) ^ Math.imul(last, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & mask;
    while (this.#ids[slot] !== 0 && !(this.#prefixes[slot] === prefix && this.#lasts[slot] === last)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #put(slot: number, prefix: number, last: number, stored: number): void {
    this.#prefixes[slot] = prefix;
    this.#lasts[slot] = last;
    this.#ids[slot] = stored;
  }

  #grow(): void {
    const prefixes = this.#prefixes;
    const lasts = this.#lasts;
    const ids = this.#ids;
    this.#prefixes = new Int32Array(ids.length * 2);
    this.#lasts = new Int32Array(ids.length * 2);
    this.#ids = new Int32Array(ids.length * 2);
    for (let old = 0; old < ids.length; old++) {
      const stored = ids[old] as number;
      if (stored === 0) continue;
      const prefix = prefixes[old] as number;
      const last = lasts[old] as number;
      this.#put(this.#slot(prefix, last), prefix, last, stored);
    }
  }
}

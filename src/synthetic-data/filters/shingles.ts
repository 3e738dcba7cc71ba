/** Texts as sets of hashed n-grams of characters (shingles), and how much of them two texts share. */

/**
 * The different hashes of all n-grams of `size` UTF-16 units, ascending; a shorter text is one n-gram, the empty text none.
 * Of two different n-grams one in four billion pairs has one hash.
 */
export function shingles(text: string, size: number): Uint32Array {
  const count = text === "" ? 0 : Math.max(1, text.length - size + 1);
  const hashes = new Uint32Array(count);
  for (let start = 0; start < count; start++) {
    let hash = 0x811c9dc5;
    const end = Math.min(text.length, start + size);
    for (let index = start; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hashes[start] = mixed(hash);
  }
  hashes.sort();
  let distinct = 0;
  for (let index = 0; index < count; index++) {
    if (index === 0 || hashes[index] !== hashes[index - 1]) hashes[distinct++] = hashes[index] as number;
  }
  return hashes.slice(0, distinct);
}

/** All bits of a hash depend on all bits of it afterwards; one to one (MurmurHash3's finish). */
export function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Shared ones / all of two ascending sets without repetition; 1 for two empty ones. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  let indexOfB = 0;
  for (let index = 0; index < a.length; index++) {
    const hash = a[index] as number;
    while (indexOfB < b.length && (b[indexOfB] as number) < hash) indexOfB++;
    if (indexOfB < b.length && b[indexOfB] === hash) shared++;
  }
  const all = a.length + b.length - shared;
  return all === 0 ? 1 : shared / all;
}

/** SentencePiece vocabularies (Kudo and Richardson 2018) as byte-pair merges, as Llama 1 and 2 and TinyLlama need them. */

/**
 * The pairs to merge, the first first: each way to part a piece into two pieces, by falling score of the piece (so that
 * the piece which SentencePiece would join next is joined next), then by falling lengths of the parts, in the order
 * that Hugging Face's conversion gives them.
 * @param scores one for each piece
 */
export function sentencePieceMerges(pieces: readonly string[], scores: readonly number[]): [string, string][] {
  const idOf = new Map(pieces.map((piece, id) => [piece, id]));
  const merges: { left: string; right: string; score: number; lengths: [number, number] }[] = [];
  pieces.forEach((piece, id) => {
    const characters = [...piece];
    const ways: { left: string; right: string; at: number }[] = [];
    for (let at = 1; at < characters.length; at++) {
      const [left, right] = [characters.slice(0, at).join(""), characters.slice(at).join("")];
      if (idOf.has(left) && idOf.has(right)) ways.push({ left, right, at });
    }
    const rank = (text: string) => idOf.get(text) as number;
    ways.sort((a, b) => rank(a.left) - rank(b.left) || rank(a.right) - rank(b.right));
    for (const { left, right, at } of ways) {
      merges.push({ left, right, score: scores[id] ?? 0, lengths: [at, characters.length - at] });
    }
  });
  merges.sort((a, b) => b.score - a.score || b.lengths[0] - a.lengths[0] || b.lengths[1] - a.lengths[1]);
  return merges.map(({ left, right }) => [left, right]);
}

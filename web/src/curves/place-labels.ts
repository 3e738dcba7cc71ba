/**
 * Positions (pixels) for labels that want to stand at `wanted`, at least `gap` apart and inside [low, high] where they
 * fit, in the order given. Labels that would overlap are moved as one block to the mean of what its members want.
 */
export function placeLabels(
  wanted: readonly number[],
  { gap, low, high }: { readonly gap: number; readonly low: number; readonly high: number },
): readonly number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] as number) - (wanted[b] as number));
  const blocks: { members: number[]; start: number }[] = [];
  for (const index of order) {
    let block = { members: [index], start: inside(wanted[index] as number, 0) };
    let above = blocks.at(-1);
    while (above !== undefined && above.start + above.members.length * gap > block.start) {
      const members = [...above.members, ...block.members];
      const mean =
        members.reduce((sum, member, place) => sum + (wanted[member] as number) - place * gap, 0) / members.length;
      block = { members, start: inside(mean, members.length - 1) };
      blocks.pop();
      above = blocks.at(-1);
    }
    blocks.push(block);
  }
  const positions: number[] = [];
  for (const { members, start } of blocks) {
    for (const [place, member] of members.entries()) positions[member] = start + place * gap;
  }
  return positions;

  function inside(start: number, gaps: number): number {
    return Math.max(low, Math.min(high - gaps * gap, start));
  }
}

/** Curves of training steps, which jump about. */

/** Means of ten neighbours; the last ones may be fewer. */
export function smoothed(points: readonly (readonly [number, number])[]): [number, number][] {
  const means: [number, number][] = [];
  for (let start = 0; start < points.length; start += 10) {
    const part = points.slice(start, start + 10);
    means.push([part.at(-1)?.[0] ?? 0, part.reduce((total, [, value]) => total + value, 0) / part.length]);
  }
  return means;
}

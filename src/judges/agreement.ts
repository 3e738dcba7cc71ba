/** How far two raters agree beyond what chance would give. */

/**
 * Cohen's kappa (Educational and Psychological Measurement 20, 1960): (p_o - p_e) / (1 - p_e), with p_o the share of equal
 * ratings and p_e what two independent raters of the same habits would have. 0 where both only ever gave one and the same
 * rating, which tells nothing.
 *
 * @param counts counts[i][j]: how often one rater gave rating i and the other rating j; square, at least one count above 0
 */
export function cohenKappa(counts: readonly (readonly number[])[]): number {
  const total = counts.reduce((sum, row) => sum + row.reduce((part, count) => part + count, 0), 0);
  let [observed, expected] = [0, 0];
  for (const [rating, row] of counts.entries()) {
    observed += (row[rating] as number) / total;
    const one = row.reduce((sum, count) => sum + count, 0);
    const other = counts.reduce((sum, each) => sum + (each[rating] as number), 0);
    expected += (one / total) * (other / total);
  }
  return 1 - expected < 1e-12 ? 0 : (observed - expected) / (1 - expected);
}

/** A plot of shares with their intervals and single values, one row each, as SVG that reads in light and dark. */
import type { Interval } from "../../src/core/statistics/interval.ts";

export interface IntervalPlotOptions {
  readonly title: string;
  readonly rows: readonly { readonly label: string; readonly interval: Interval; readonly values: readonly number[] }[];
}

const width = 720;
const rowHeight = 34;
const left = 190;
const right = 24;
const top = 44;
const bottom = 34;

export function intervalPlot({ title, rows }: IntervalPlotOptions): string {
  const greatest = Math.max(...rows.flatMap(({ interval, values }) => [interval.high, ...values]));
  const end = Math.min(1, Math.ceil(greatest * 10 + 0.2) / 10);
  const x = (share: number) => left + (share / end) * (width - left - right);
  const height = top + rows.length * rowHeight + bottom;
  const marks = rows.map(({ label, interval, values }, index) => {
    const y = top + (index + 0.5) * rowHeight;
    const dots = values.map((value) => `<circle cx="${x(value).toFixed(1)}" cy="${y}" r="2.5" class="seed"/>`).join("");
    return `<text x="${left - 12}" y="${y + 4}" text-anchor="end">${escapeText(label)}</text>
<line x1="${x(interval.low).toFixed(1)}" x2="${x(interval.high).toFixed(1)}" y1="${y}" y2="${y}" class="interval"/>${dots}
<circle cx="${x(interval.estimate).toFixed(1)}" cy="${y}" r="5" class="mean"/>`;
  });
  const ticks = Array.from({ length: Math.round(end * 10) + 1 }, (_, tick) => tick / 10).map(
    (share) =>
      `<line x1="${x(share)}" x2="${x(share)}" y1="${top}" y2="${height - bottom}" class="tick"/><text x="${x(share)}" y="${height - bottom + 18}" text-anchor="middle">${Math.round(100 * share)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${escapeText(title)}">
<style>
text { fill: #333 } .tick { stroke: #8884 } .interval { stroke: #1f6f8b; stroke-width: 2 } .mean { fill: #1f6f8b } .seed { fill: #8888 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .interval { stroke: #6cc4dc } .mean { fill: #6cc4dc } }
</style>
<text x="${left}" y="24" font-weight="600">${escapeText(title)}</text>
${[...ticks, ...marks].join("\n")}
</svg>
`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

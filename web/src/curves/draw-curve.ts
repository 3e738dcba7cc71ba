/** A curve drawn by Observable Plot, its lines labelled at their ends. */
import * as Plot from "@observablehq/plot";
import type { CurveView } from "../../../src/report/view-model.ts";
import { measure } from "../text/format.ts";
import { shorten } from "../text/shorten.ts";
import { placeLabels } from "./place-labels.ts";

interface Point {
  readonly x: number;
  readonly y: number;
  readonly series: number;
}

/** Lines differ by colour and by dashes. Further series begin again. */
const colours = 6;
const dashes = ["none", "6 3", "2 3", "8 3 2 3", "12 4", "4 2"];
const height = 250;
const margins = { top: 14, bottom: 44, left: 46 };
const lineHeight = 15;
const fontSize = 12;

/** Points with two finite coordinates; others cannot be drawn. */
export function recordedPoints(curve: CurveView): readonly Point[] {
  return curve.series.flatMap(({ points }, series) =>
    points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)).map(([x, y]) => ({ x, y, series })),
  );
}

const colour = ({ series }: Point) => `var(--series-${(series % colours) + 1})`;

/** @param width pixels of the place for it @returns an SVG element with a description for screen readers */
export function drawCurve(curve: CurveView, width: number): SVGSVGElement | HTMLElement {
  const points = recordedPoints(curve);
  const names = curve.series.map(({ name }) => shorten(name));
  const nameOf = ({ series }: Point) => names[series] ?? "";
  const longest = names.reduce((most, name) => Math.max(most, labelWidth(name)), 0);
  const marginRight = Math.ceil(Math.min(longest + 14, width * 0.34));
  const wrapped = longest + 14 > marginRight;
  const y = Plot.scale({
    y: { type: "linear", domain: verticalDomain(points), range: [height - margins.bottom, margins.top], nice: true },
  });
  const ends = lastPoints(points);
  const places = placeLabels(
    ends.map((end) => y.apply(end.y)),
    { gap: wrapped ? 2 * lineHeight : lineHeight, low: margins.top, high: height - margins.bottom },
  );
  const fewPoints = points.length / Math.max(1, curve.series.length) <= 20;
  return Plot.plot({
    width,
    height,
    marginTop: margins.top,
    marginBottom: margins.bottom,
    marginLeft: margins.left,
    marginRight,
    className: "curve-chart",
    style: { fontFamily: "inherit", fontSize: `${fontSize}px`, background: "transparent" },
    ariaLabel: `${curve.name}: ${curve.vertical} over ${curve.horizontal}`,
    ariaDescription: ends.map((end) => `${nameOf(end)} ends at ${measure(end.y)}`).join("; "),
    x: { label: null, ticks: Math.max(3, Math.floor(width / 90)), tickSize: 0, nice: false },
    y: { domain: y.domain as number[], label: null, ticks: 5, tickSize: 0 },
    marks: [
      Plot.gridY({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.axisX({
        label: curve.horizontal,
        labelArrow: "none",
        labelAnchor: "center",
        labelOffset: 34,
        tickSize: 0,
        fill: "var(--muted)",
      }),
      Plot.axisY({ ticks: 5, label: null, tickSize: 0, fill: "var(--muted)" }),
      ...curve.series.map((_, series) =>
        Plot.line(
          points.filter((point) => point.series === series),
          {
            x: "x",
            y: "y",
            stroke: `var(--series-${(series % colours) + 1})`,
            strokeWidth: 1.75,
            strokeDasharray: dashes[series % dashes.length] ?? "none",
            marker: fewPoints ? "dot" : "none",
          },
        ),
      ),
      ...ends.map((end, index) =>
        Plot.text([end], {
          x: () => end.x,
          y: () => y.invert?.(places[index] as number) ?? end.y,
          text: nameOf,
          fill: colour(end),
          textAnchor: "start",
          frameAnchor: "right",
          dx: 8,
          // In ems of Plot's own font metrics; a margin for fonts that are wider.
          lineWidth: wrapped ? ((marginRight - 12) / fontSize) * 0.85 : Infinity,
          fontSize,
          fontWeight: 600,
        }),
      ),
      Plot.tip(
        points,
        Plot.pointer({
          x: "x",
          y: "y",
          title: (point: Point) => `${nameOf(point)}\n${curve.horizontal} ${measure(point.x)}: ${measure(point.y)}`,
          fontSize,
          fill: "var(--page)",
          stroke: "var(--strong-line)",
        }),
      ),
    ],
  });
}

/** Pixels that a series' name takes as a label; an estimate where the browser has no canvas. */
function labelWidth(name: string): number {
  const canvas = document.createElement("canvas").getContext("2d");
  if (canvas === null) return name.length * 7;
  canvas.font = `600 ${fontSize}px ${getComputedStyle(document.body).fontFamily}`;
  return canvas.measureText(name).width;
}

/** From zero where zero is near, so that small changes do not look large. */
function verticalDomain(points: readonly Point[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const { y } of points) {
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (low > 0 && low < high * 0.6) low = 0;
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

/** The rightmost point of each series that has one. */
function lastPoints(points: readonly Point[]): readonly Point[] {
  const last = new Map<number, Point>();
  for (const point of points) {
    const known = last.get(point.series);
    if (known === undefined || point.x >= known.x) last.set(point.series, point);
  }
  return [...last.values()];
}

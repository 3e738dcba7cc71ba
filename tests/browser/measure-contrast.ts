/** Runs inside the page (so it refers to nothing outside itself): contrast of each visible text with what is behind it. */

export interface TextContrast {
  readonly text: string;
  /** WCAG 2 contrast ratio, 1 to 21; against a pattern the least over its colours. */
  readonly contrast: number;
  readonly colour: string;
  readonly background: string;
}

export function measureContrast(): TextContrast[] {
  type Colour = readonly [number, number, number, number];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (canvas === null) throw new Error("no canvas");

  // The browser itself turns any notation of a colour into red, green, blue (0-255) and opacity (0-1).
  function toColour(notation: string): Colour {
    canvas?.clearRect(0, 0, 1, 1);
    if (canvas) canvas.fillStyle = notation;
    canvas?.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas?.getImageData(0, 0, 1, 1).data ?? [];
    return [red, green, blue, alpha / 255];
  }

  function luminance([red, green, blue]: Colour): number {
    const linear = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }

  function contrastOf(one: Colour, other: Colour): number {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
    return (light + 0.05) / (dark + 0.05);
  }

  // The nearest opaque background: a colour, or all colours of a pattern.
  function backgrounds(element: Element | null): Colour[] {
    for (let at = element; at !== null; at = at.parentElement) {
      const style = getComputedStyle(at);
      const pattern = style.backgroundImage.match(/(?:rgba?|color|oklab)\([^()]*\)/g);
      if (pattern !== null) return pattern.map(toColour);
      const colour = toColour(style.backgroundColor);
      if (colour[3] > 0.99) return [colour];
    }
    return [[255, 255, 255, 1]];
  }

  const measured: TextContrast[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent?.trim() ?? "";
    const element = walker.currentNode.parentElement;
    if (text === "" || element === null || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest("script, style, option, title, .visually-hidden, .skip") !== null) continue;
    const style = getComputedStyle(element);
    const notation = element instanceof SVGElement ? style.fill : style.color;
    const behind = backgrounds(element);
    const contrast = Math.min(...behind.map((colour) => contrastOf(toColour(notation), colour)));
    measured.push({ text: text.slice(0, 40), contrast, colour: notation, background: JSON.stringify(behind) });
  }
  return measured;
}

import { expect, test } from "vitest";
import { annotationAccuracy } from "./annotation-accuracy.ts";

const row = (completion: string) => ({ prompt: "How many?", completion });

test("counts rows whose every annotation is right, among those with annotations", async () => {
  const { compute } = annotationAccuracy();
  const right = row("48 / 2 = <<48/2=24>>24\n24 + 48 = <<24+48=72>>72\n#### 72");
  const wrong = row("48 / 2 = <<48/2=24>>24\n24 + 48 = <<24+48=73>>73\n#### 73");
  const unfinished = row("48 / 2 = <<48/2=24\n#### 24");
  const without = row("48 / 2 = 24\n#### 24");
  expect(await compute([right, wrong, unfinished, without])).toBeCloseTo(1 / 3, 12);
  expect(await compute([right, without])).toBe(1);
  expect(await compute([without])).toBeNaN();
});

import { lengthInCharacters, lengthInWords } from "./complexity/length.ts";
import { reasoningSteps } from "./complexity/reasoning-steps.ts";
import { compressionRatio } from "./diversity/compression-ratio.ts";
import { distinctN } from "./diversity/distinct-n.ts";
import { duplicateRate } from "./diversity/duplicate-rate.ts";
import { selfBleu } from "./diversity/self-bleu.ts";
import type { Measure } from "./measure.ts";
import { verifierAccuracy } from "./quality/verifier-accuracy.ts";
import type { RowPart } from "./row-text.ts";

/** The measures that any data set can be given without more knowledge of it, in the order of Q, D, C. */
export function standardMeasures(part: RowPart = "completion"): readonly Measure[] {
  return [
    verifierAccuracy(),
    distinctN({ n: 1, part }),
    distinctN({ n: 2, part }),
    distinctN({ n: 3, part }),
    selfBleu({ part }),
    compressionRatio({ part }),
    duplicateRate(),
    reasoningSteps(),
    lengthInWords({ part }),
    lengthInCharacters({ part }),
  ];
}

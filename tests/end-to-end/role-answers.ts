/** What models of all roles answer at an endpoint for tests: by the request's model and its question alone. */
import { RandomStream } from "../../src/core/random.ts";
import type { EndpointRequest } from "../endpoint/fault-injecting-endpoint.ts";

const words = ["parcel", "lamp", "refund", "why?", "now!", "please", "Tuesday", "green", "broken", "again", "money"];
const answers = ["You get your money back.", "It comes on Tuesday.", "No.", "I do not know.", "Please ask again soon."];

/** A judge's answer in the form that is asked for; one in ten cannot be read. */
function judgement(text: string, random: RandomStream): string {
  if (random.uniform() < 0.1) return "banana";
  const [first, second] = random.uniform() < 0.5 ? ["A", "B"] : ["B", "A"];
  if (/one of these labels: yes, no/u.test(text)) return random.uniform() < 0.9 ? "yes" : "no";
  if (/a number from 1 to 10/u.test(text)) return String(random.integer(1, 11));
  if (/a number from 0 to 1/u.test(text)) return random.uniform().toFixed(2);
  if (/unsafe/u.test(text)) return random.uniform() < 0.5 ? "safe" : "unsafe\nS1";
  if (/Polite/u.test(text) && /Upset/u.test(text)) return random.uniform() < 0.5 ? "Polite" : "Upset";
  if (/response 2 A|pair 2/iu.test(text)) return `1: ${first}\n2: ${second}`;
  return first;
}

/** The answer to a request. */
export function roleAnswer({ body, content }: EndpointRequest): string {
  const random = new RandomStream(0, ["answer", content]);
  const text = body.messages.map(({ content: part }) => part).join("\n");
  if (body.model === "mutator") {
    return Array.from({ length: random.integer(2, 16) }, () => random.choice(words)).join(" ");
  }
  if (body.model === "target") return random.choice(answers);
  if (body.model === "teacher") return "No.";
  return judgement(text, random);
}

/**
 * An endpoint in a process of its own: answers to every model's name after a fixed time, as the landscape's mutator,
 * target and judge would. Started by latency.ts with the milliseconds as argument; says its address by a message.
 */
import { startFaultInjectingEndpoint } from "../../tests/endpoint/fault-injecting-endpoint.ts";
import { scriptedAnswer } from "../../tests/endpoint/scripted-answer.ts";

const endpoint = await startFaultInjectingEndpoint({
  latency: Number(process.argv[2]),
  answer: ({ body, content }) => {
    // Half of all comparisons and every scale of scores, by the request's content.
    const drawn = Number.parseInt(content.slice(0, 8), 16);
    if (body.model === "judge") return drawn % 2 === 0 ? "A" : "B";
    if (body.model === "scorer") return String(1 + (drawn % 10));
    return scriptedAnswer(body).text;
  },
});
process.send?.(endpoint.url);
process.once("disconnect", () => void endpoint.close());

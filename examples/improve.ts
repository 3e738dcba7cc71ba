/**
 * The whole loop from a program: search, learn, measure, and the report.
 *
 *   node examples/improve.ts runs/from-a-program '{"rounds": 2, "search": {"evaluations": 1000}}'
 */
import { improve, parseConfiguration } from "illume/closed-loop";
import { runToViewModel, writeReport } from "illume/report";
import { createRun } from "illume/runs";

const [directory = "runs/from-a-program", settings = "{}"] = process.argv.slice(2);
const configuration = parseConfiguration(JSON.parse(settings));
const store = createRun({ directory, configuration });
await improve({ configuration, store, onProgress: ({ phase, done, total }) => console.error(phase, done, total) });
const viewModel = runToViewModel(store);
writeReport({ viewModel, file: `${directory}/report.html` });
console.log(viewModel.verdict);
store.close();

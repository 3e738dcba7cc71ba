/**
 * Adds up the tests and the checks for .ci/run and prints `N passed, N failed, N skipped`.
 *
 *   node scripts/count-results.mjs TESTS.json STATUS CHECKS.json STATUS
 *
 * TESTS.json is Vitest's JSON report, CHECKS.json that of scripts/check.mjs, STATUS each command's exit code. A command
 * that failed although nothing in its report did (it crashed, or was stopped) counts as one failure.
 * Exit code 1 where anything failed or was skipped.
 */
import { readFileSync } from "node:fs";

const [testsFile, testsStatus, checksFile, checksStatus] = process.argv.slice(2);

const tests = read(testsFile);
const files = tests?.testResults ?? [];
const cases = files.flatMap((file) => file.assertionResults);
const count = (...statuses) => cases.filter((each) => statuses.includes(each.status)).length;
// A file that could not be loaded has no cases.
const brokenFiles = files.filter((file) => file.status === "failed" && !file.assertionResults.some(failedCase)).length;
const failedTests = orCrash(count("failed") + brokenFiles, tests, testsStatus);
const checks = read(checksFile);
const failedChecks = orCrash(checks?.failed ?? 0, checks, checksStatus);

const passed = count("passed") + (checks?.passed ?? 0);
const failed = failedTests + failedChecks;
const skipped = count("pending", "skipped", "todo", "disabled");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || skipped > 0 ? 1 : 0);

function failedCase(each) {
  return each.status === "failed";
}

function orCrash(failures, report, status) {
  return failures === 0 && (report === undefined || status !== "0") ? 1 : failures;
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

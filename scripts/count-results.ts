/** Prints what .ci/run ends with, `N passed, N failed`, from the reports in a folder and the exit codes of its steps. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** A file that could not be loaded has failed without a failed test in it. */
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

interface Count {
  readonly passed: number;
  readonly failed: number;
}

const [reports = ".", ...exitCodes] = process.argv.slice(2);
const [tests, checks, interop] = exitCodes.map(Number);

/** A report that is missing or cut short is a failure. */
function countOf(file: string, count: (report: unknown) => Count): Count {
  try {
    return count(JSON.parse(readFileSync(join(reports, file), "utf8")));
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function testsOf(report: unknown): Count {
  const { numPassedTests, numFailedTests, testResults } = report as TestReport;
  const unloaded = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  );
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length };
}

/** A step that failed counts at least one failure, whatever its report says. */
function settled(count: Count, exitCode: number | undefined): Count {
  return exitCode === 0 ? count : { ...count, failed: Math.max(1, count.failed) };
}

const counts = [
  settled(countOf("tests.json", testsOf), tests),
  settled(
    countOf("checks.json", (report) => report as Count),
    checks,
  ),
  // All of it is skipped where the reference cannot be installed.
  settled(countOf("interop.json", testsOf), interop),
];

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

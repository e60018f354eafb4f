/** Three kinds of tests: pure ones beside nothing, real processes that may take their time, and the reference beside ours. */
import { devNull } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Commands tested in process write to stdout; vitest must not swallow it.
    disableConsoleIntercept: true,
    // A child process per file: native modules and signals are real there. Two cores, so two files at a time.
    pool: "forks",
    maxWorkers: 2,
    // Nobody's own git configuration takes part.
    env: { GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_SYSTEM: devNull },
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: "interop",
          include: ["test/interop/**/*.test.ts"],
          globalSetup: ["test/interop/prepare.ts"],
          testTimeout: 600_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});

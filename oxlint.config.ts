/** The linter's rules: import direction and purity (docs/architecture.md), then the typed checks. */
import { builtinModules } from "node:module";
import type { OxlintConfig, OxlintOverride } from "oxlint";

/** The parts of src/ in the order they build on each other: each may import itself and the rows above its own. */
const LEVELS = [
  ["model"],
  ["errors.ts"],
  ["protocol"],
  ["secret-file.ts"],
  ["git", "desired", "plan", "sign", "state", "notify"],
  ["audit", "connectome", "revision"],
  ["apply", "scaffold", "feeds", "backup", "explain"],
  ["reconcile.ts", "admin", "adopt", "restore"],
  ["controller", "incident"],
  ["http", "cli"],
];

/** Parts that may import less than the rows above them. */
const NARROWER: Readonly<Record<string, readonly string[]>> = {
  desired: ["model", "errors.ts", "protocol"],
  plan: ["model", "errors.ts", "protocol"],
  scaffold: ["model", "errors.ts", "protocol", "git", "sign", "desired"],
};

/** Parts whose every input is an argument: no I/O, no clock, no randomness. */
const PURE = ["protocol", "desired", "plan"];

/** Modules that belong to one part: only src/git runs git, only src/state opens the database, and so on. */
const OWNERS: Readonly<Record<string, string | readonly string[]>> = {
  "@oclif/core": "cli",
  "better-sqlite3": "state",
  chokidar: "git",
  fastify: "http",
  "node:child_process": ["git", "backup"],
  pino: "cli",
  "prom-client": "http",
  "simple-git": "git",
};

const PARTS = LEVELS.flat();
const IMPURE_MODULES = builtinModules
  .map((name) => name.replace("node:", ""))
  .filter((name) => !["crypto", "module", "util"].includes(name));
const RANDOM = [
  "generateKeyPairSync",
  "getRandomValues",
  "randomBytes",
  "randomFillSync",
  "randomInt",
  "randomUUID",
  "webcrypto",
];
const GLOBALS = [
  "Date",
  "Temporal",
  "crypto",
  "fetch",
  "globalThis",
  "performance",
  "process",
  "setInterval",
  "setTimeout",
];
const IMPURE = "is a pure part: time, randomness and what is read come as arguments";

interface Pattern {
  readonly regex: string;
  readonly message: string;
}

function allowedFor(part: string): readonly string[] {
  const level = LEVELS.findIndex((row) => row.includes(part));
  return NARROWER[part] ?? LEVELS.slice(0, level).flat();
}

function pattern(
  prefix: string,
  names: readonly string[],
  suffix: string,
  message: string,
): Pattern[] {
  return names.length === 0 ? [] : [{ regex: `${prefix}(${names.join("|")})${suffix}`, message }];
}

function patternsFor(part: string, allowed: readonly string[]): Pattern[] {
  const forbidden = PARTS.filter((other) => other !== part && !allowed.includes(other));
  const above = part.endsWith(".ts") ? String.raw`^\./` : String.raw`(^|/)\.\./`;
  const message = `${part} may import only ${allowed.join(", ") || "itself"}`;
  const files = forbidden.flatMap((other) =>
    other.endsWith(".ts") ? [other.slice(0, -".ts".length)] : [],
  );
  const folders = forbidden.filter((other) => !other.endsWith(".ts"));
  const foreign = Object.keys(OWNERS).filter((name) => ![OWNERS[name]].flat().includes(part));
  return [
    ...pattern(above, folders, "/", message),
    ...pattern(above, files, String.raw`\.js$`, message),
    ...pattern("^", foreign, "(/|$)", `${part} is not the part that owns this module`),
    ...pattern(
      String.raw`(^|/)\.\./`,
      ["src", "dist", "test", "scripts"],
      "/",
      "src/ imports nothing beside it",
    ),
    ...(PURE.includes(part) ? pattern("^(node:)?", IMPURE_MODULES, "$", `${part} ${IMPURE}`) : []),
  ];
}

function overrideFor(part: string): OxlintOverride {
  const files = [part.endsWith(".ts") ? `src/${part}` : `src/${part}/**`];
  const patterns = patternsFor(part, allowedFor(part));
  if (!PURE.includes(part))
    return { files, rules: { "no-restricted-imports": ["error", { patterns }] } };
  const message = `${part} ${IMPURE}`;
  const paths = [{ name: "node:crypto", importNames: RANDOM, message }];
  return {
    files,
    rules: {
      "no-restricted-imports": ["error", { paths, patterns }],
      "no-restricted-globals": ["error", ...GLOBALS.map((name) => ({ name, message }))],
      "no-restricted-properties": ["error", { object: "Math", property: "random", message }],
    },
  };
}

const config: OxlintConfig = {
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "node", "promise", "vitest"],
  options: { typeAware: true, reportUnusedDisableDirectives: "error" },
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: ["node_modules", "dist", "coverage"],
  rules: {
    eqeqeq: "error",
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "import/no-default-export": "error",
    "import/no-duplicates": "error",
    "max-lines": ["warn", { max: 300 }],
    "no-misleading-character-class": ["error", { allowEscape: true }],
    "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx"] }],
    "prefer-const": "error",
    "typescript/await-thenable": "error",
    "typescript/ban-ts-comment": [
      "error",
      { "ts-expect-error": true, "ts-ignore": true, "ts-nocheck": true },
    ],
    "typescript/consistent-type-imports": "error",
    "typescript/no-deprecated": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-unsafe-argument": "error",
    "typescript/no-unsafe-assignment": "error",
    "typescript/no-unsafe-call": "error",
    "typescript/no-unsafe-function-type": "error",
    "typescript/no-unsafe-member-access": "error",
    "typescript/no-unsafe-return": "error",
    "typescript/only-throw-error": "error",
    "typescript/prefer-promise-reject-errors": "error",
    "typescript/return-await": ["error", "error-handling-correctness-only"],
    "typescript/switch-exhaustiveness-check": [
      "error",
      { considerDefaultExhaustiveForUnions: true },
    ],
    "unicorn/filename-case": ["error", { case: "kebabCase" }],
    "unicorn/no-process-exit": "error",
    "unicorn/prefer-node-protocol": "error",
    "vitest/expect-expect": [
      "error",
      { assertFunctionNames: ["expect", "expect*", "assert*", "fc.assert", "checkEverything"] },
    ],
    "vitest/no-disabled-tests": "error",
    "vitest/no-focused-tests": "error",
    "vitest/no-restricted-vi-methods": [
      "error",
      {
        doMock: "no mocks",
        fn: "no mocks",
        mock: "no mocks",
        spyOn: "no mocks",
        useFakeTimers: "the clock is an argument",
      },
    ],
    "vitest/valid-expect": ["error", { maxArgs: 2 }],

    // The product refuses control characters, so its patterns name them.
    "no-control-regex": "off",
    // prom-client registers a metric by constructing it.
    "no-new": "off",
    // TypeScript's noImplicitReturns knows exhaustive switches; this rule does not.
    "typescript/consistent-return": "off",
    // A brand is a narrowing cast, in its one constructor function.
    "typescript/no-unsafe-type-assertion": "off",
    "import/no-named-as-default-member": "off",
    "import/no-unassigned-import": "off",
    "promise/no-promise-in-callback": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/no-array-sort": "off",
    // For windows of a browser; a worker thread has no origin.
    "unicorn/require-post-message-target-origin": "off",
    // Property tests ask different things of different values.
    "vitest/no-conditional-expect": "off",
  },
  overrides: [
    {
      files: ["src/**"],
      rules: {
        "no-console": "error",
        "no-restricted-imports": [
          "error",
          {
            patterns: [
              { regex: ".", message: "this part of src/ is not in the table of oxlint.config.ts" },
            ],
          },
        ],
      },
    },
    ...PARTS.map(overrideFor),
    {
      files: ["src/cli/daemon.ts", "src/cli/http-options.ts", "src/cli/read-only-service.ts"],
      rules: {
        "no-restricted-imports": [
          "error",
          { patterns: patternsFor("cli", [...allowedFor("cli"), "http"]) },
        ],
      },
    },
    // A signal has to end the process in the middle of synchronous work.
    { files: ["src/cli/interrupt.ts"], rules: { "unicorn/no-process-exit": "off" } },
    { files: ["src/cli/commands/**", "*.config.ts"], rules: { "import/no-default-export": "off" } },
    {
      files: ["test/**"],
      rules: {
        // vitest's asymmetric matchers are `any`, and some tests misuse a value on purpose.
        "typescript/no-misused-spread": "off",
        "typescript/no-unsafe-assignment": "off",
        "typescript/restrict-template-expressions": "off",
      },
    },
    // Runs on Nodes too old for the program, and imports the built program only.
    {
      files: ["bin/**"],
      rules: {
        "typescript/no-floating-promises": "off",
        "typescript/no-unsafe-assignment": "off",
        "typescript/no-unsafe-call": "off",
        "typescript/no-unsafe-member-access": "off",
        "typescript/no-unsafe-return": "off",
        "typescript/no-unsafe-argument": "off",
      },
    },
  ],
};

export default config;

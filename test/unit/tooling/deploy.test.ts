/** What deploy/ says is true: commands, variables, exit codes, paths and metrics that exist. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import Serve from "../../../src/cli/commands/serve.js";
import { ERRORS } from "../../../src/errors.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";

const read = (path: string): string => readFileSync(path, "utf8");
const UNIT = read("deploy/concordat.service");
const CONTAINER = read("deploy/Containerfile");
const SOURCE = globSync("src/**/*.ts").map(read).join("\n");
const DOCUMENTS = ["deploy/alerts.yaml", "docs/operations.md"];

/** The values of a key of the unit, in order. */
const valuesOf = (key: string): readonly string[] =>
  UNIT.split("\n").flatMap((line) =>
    line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : [],
  );

const variablesIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/CONCORDAT_[A-Z_]+/g)].map(([name]) => name)),
];

describe("the systemd unit", () => {
  test("starts a command that exists, with flags that it has", () => {
    const [, command, ...rest] = valuesOf("ExecStart")[0]?.split(" ") ?? [];
    expect(command).toBe("serve");
    const flags = rest.filter((word) => word.startsWith("--"));
    for (const flag of flags) expect(Object.keys(Serve.flags)).toContain(flag.slice(2));
  });

  test("does not start again after exit codes that a person has to look at", () => {
    const codes = valuesOf("RestartPreventExitStatus")[0]?.split(" ").map(Number) ?? [];
    expect(codes).toEqual([ERRORS.state_corrupt.exit, ERRORS.usage.exit]);
    expect(codes).not.toContain(ERRORS.lock_held.exit);
    expect(valuesOf("Restart")).toEqual(["on-failure"]);
  });

  test.each([
    ["NoNewPrivileges", "yes"],
    ["CapabilityBoundingSet", ""],
    ["ProtectSystem", "strict"],
    ["ProtectHome", "yes"],
    ["PrivateTmp", "yes"],
    ["PrivateDevices", "yes"],
    ["ProtectKernelTunables", "yes"],
    ["ProtectKernelModules", "yes"],
    ["ProtectKernelLogs", "yes"],
    ["ProtectControlGroups", "yes"],
    ["ProtectClock", "yes"],
    ["ProtectHostname", "yes"],
    ["ProtectProc", "invisible"],
    ["RestrictNamespaces", "yes"],
    ["RestrictRealtime", "yes"],
    ["RestrictSUIDSGID", "yes"],
    ["LockPersonality", "yes"],
    ["SystemCallArchitectures", "native"],
    ["UMask", "0077"],
  ])("has %s=%s", (key, value) => {
    expect(valuesOf(key)).toEqual([value]);
  });

  test("lets through the system calls of services, without those that need rights", () => {
    expect(valuesOf("SystemCallFilter")).toEqual(["@system-service", "~@privileged @resources"]);
    expect(valuesOf("MemoryDenyWriteExecute")).toEqual([]);
  });

  const checker = spawnSync("systemd-analyze", ["--version"]).status === 0;
  test.skipIf(!checker)("gives systemd nothing to complain of (needs systemd-analyze)", () => {
    const dir = temporaryFolder();
    // The program is not installed here, and the variables' file neither.
    const unit = UNIT.replace("/usr/local/bin/concordat", process.execPath);
    writeFiles(dir, { "concordat.service": unit });
    const run = spawnSync(
      "systemd-analyze",
      ["verify", "--man=no", join(dir, "concordat.service")],
      {
        encoding: "utf8",
      },
    );
    expect(run.stdout + run.stderr).toBe("");
    expect(run.status).toBe(0);
  });
});

test.each([
  "deploy/concordat.service",
  "deploy/concordat.env",
  "deploy/Containerfile",
  "docs/operations.md",
])("%s names only variables that the settings know", (path) => {
  const known = variablesIn(read("docs/settings.md"));
  const named = variablesIn(read(path));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

test("every variable of the settings is one that the program reads", () => {
  const named = variablesIn(read("docs/settings.md"));
  expect(named.filter((name) => !SOURCE.includes(`"${name}"`))).toEqual([]);
});

describe("the container", () => {
  const instructions = (name: string): readonly string[] =>
    CONTAINER.replaceAll("\\\n", " ")
      .split("\n")
      .flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));

  test("is built on one major of Node, which the program runs on", () => {
    const majors = instructions("FROM").map((from) => /^node:(\d+)-/.exec(from)?.[1]);
    expect(new Set(majors).size).toBe(1);
    expect(Number(majors[0])).toBeGreaterThanOrEqual(22);
  });

  test("copies what exists, and what the ignore file lets through", () => {
    const { files } = JSON.parse(read("package.json")) as { readonly files: readonly string[] };
    const allowed = read("deploy/Containerfile.dockerignore").split("\n");
    for (const line of allowed.filter((one) => one.startsWith("!"))) {
      expect(existsSync(line.slice(1)), line).toBe(true);
    }
    const copied = instructions("COPY").flatMap((copy) => [...copy.matchAll(/\/src\/([\w.-]+)/g)]);
    const names = copied.map(([, name]) => name ?? "");
    for (const name of ["bin", "dist", "schemas", "templates", "oclif.manifest.json"]) {
      expect(names).toContain(name);
      expect(files).toContain(name);
    }
  });

  test("starts the program itself, without a shell, and not as root", () => {
    expect(instructions("ENTRYPOINT")).toEqual(['["node", "/opt/concordat/bin/run.js"]']);
    expect(instructions("USER")).toEqual(["10001:10001"]);
    expect(existsSync("bin/run.js")).toBe(true);
  });

  test.each([
    [200, 0],
    [503, 1],
    [null, 1],
  ])("is healthy by what /readyz answers: %s gives %i", async (status, code) => {
    const command = /^\s*HEALTHCHECK [^]*?CMD (\[.*\])$/m.exec(CONTAINER)?.[1] ?? "[]";
    const [program, ...words] = JSON.parse(command) as readonly string[];
    expect(program).toBe("node");
    const paths: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url);
      response.writeHead(status ?? 500).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    if (status === null) server.close();
    const { promise, resolve } = Promise.withResolvers<number | null>();
    const environment = { ...process.env, CONCORDAT_PORT: String(port) };
    spawn(process.execPath, words, { env: environment }).on("exit", resolve);
    expect(await promise).toBe(code);
    expect(paths).toEqual(status === null ? [] : ["/readyz"]);
  });
});

describe.each(DOCUMENTS)("%s", (path) => {
  test("names only metrics that are exported", () => {
    const exported = new Set(
      [...SOURCE.matchAll(/name: "(concordat_[a-z_]+)"/g)].map(([, name]) => name),
    );
    const named = [...read(path).matchAll(/\bconcordat_[a-z_]+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !exported.has(name))).toEqual([]);
  });
});

test("every alert has a way out in the operations page", () => {
  interface Rules {
    readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[];
  }
  const { groups } = parse(read("deploy/alerts.yaml")) as Rules;
  const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  expect(names.length).toBeGreaterThan(10);
  const page = read("docs/operations.md");
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test("the operations page explains every condition and every reason", () => {
  const model = read("src/model/controller.ts");
  const union = /export type ConditionReason =([^;]+);/.exec(model)?.[1] ?? "";
  const reasons = [...union.matchAll(/"(\w+)"/g)].map(([, name]) => name ?? "");
  const types = [...(/CONDITIONS = \[([^\]]+)\]/.exec(model)?.[1]?.matchAll(/"(\w+)"/g) ?? [])];
  expect(reasons.length).toBeGreaterThan(20);
  const page = read("docs/operations.md");
  const names = [...reasons, ...types.map(([, name]) => name ?? "")];
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test("links of the operations page lead somewhere", () => {
  const links = [...read("docs/operations.md").matchAll(/\]\((?!https?:)([^)#]+)/g)];
  const paths = links.map(([, path]) => join(dirname("docs/operations.md"), path ?? ""));
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
});

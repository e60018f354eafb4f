/** Runs the built program as people run it: a process of its own, with nobody's settings. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { onTestFinished } from "vitest";
import { parseJson } from "../../src/protocol/json.js";
import type { JsonValue } from "../../src/model/json.js";
import { commitFiles, temporaryFolder } from "./git.js";
import { keyOf } from "./keys.js";

export const PROGRAM = fileURLToPath(new URL("../../bin/run.js", import.meta.url));

const SCHEMAS = fileURLToPath(new URL("../../schemas/cli/", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The one document on stdout. Throws when there is none, or more than one. */
  readonly json: () => JsonValue;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Options of node itself. */
  readonly node?: readonly string[];
}

/** The environment of a fresh machine: an empty home, no git configuration, no colour wishes. */
export function cleanEnvironment(
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), "concordat-home-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...more,
  };
}

/** Starts the program; the caller ends it. */
export function start(args: readonly string[], { cwd, env, node = [] }: RunOptions = {}) {
  return spawn(process.execPath, [...node, PROGRAM, ...args], {
    cwd: cwd ?? temporaryFolder(),
    env: cleanEnvironment(env),
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Runs the program to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = start(args, options);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(options.input ?? "");
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on("close", (...end) => resolve(end));
  });
  const text = Buffer.concat(stdout).toString();
  return {
    code,
    signal,
    stdout: text,
    stderr: Buffer.concat(stderr).toString(),
    json: () => parseJson(text),
  };
}

/** A repository made by `concordat init`, in a folder that goes away with the test. */
export async function trustRepository(sovereignId = "ACME"): Promise<string> {
  const dir = join(temporaryFolder(), "trust");
  const { code, stderr } = await run(["init", dir, "--sovereign-id", sovereignId]);
  if (code !== 0) throw new Error(`init failed: ${stderr}`);
  return dir;
}

/** A foreign sovereign and a treaty with it, as YAML. The sovereign's key is `keyOf(name)`. */
export function treatyWith(name: string, roles: readonly string[] = ["role:client"]): string {
  return [
    "apiVersion: concordat/v1",
    "kind: Sovereign",
    `metadata: { name: ${name} }`,
    "spec:",
    `  sovereignId: ${name.toUpperCase()}`,
    `  publicKeys: ["${keyOf(name).publicKey}"]`,
    "---",
    "apiVersion: concordat/v1",
    "kind: RecognitionTreaty",
    `metadata: { name: with-${name} }`,
    "spec:",
    `  subject: ${name}`,
    `  scope: { allowedRoles: ${JSON.stringify(roles)} }`,
    "  validity: { for: 30d }",
    "",
  ].join("\n");
}

/** Takes back what `treatyWith` gives, for `revocations/`. */
export function revocationOf(name: string): string {
  return [
    "apiVersion: concordat/v1",
    "kind: Revocation",
    `metadata: { name: ${name} }`,
    `spec: { target: { kind: RecognitionTreaty, name: with-${name} }, reason: over }`,
    "",
  ].join("\n");
}

/** Commits a treaty with each of the named sovereigns. Returns the commit id. */
export function commitTreaties(dir: string, names: readonly string[]): string {
  return commitFiles(
    dir,
    Object.fromEntries(names.map((name) => [`treaties/${name}.yaml`, treatyWith(name)])),
  );
}

/** Throws unless `text` is one JSON document that the published schema describes to its last field. */
export function assertDescribed(name: string, text: string): void {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  for (const file of readdirSync(SCHEMAS)) ajv.addSchema(closed(resultSchema(file)), file);
  const validate = ajv.getSchema(`${name}.schema.json`);
  if (validate === undefined) throw new Error(`there is no schema of ${name}`);
  if (!validate(JSON.parse(text))) throw new Error(`${name}: ${ajv.errorsText(validate.errors)}`);
}

function resultSchema(file: string): AnySchemaObject {
  return JSON.parse(readFileSync(join(SCHEMAS, file), "utf8")) as AnySchemaObject;
}

/** Published schemas are open, so that readers let new fields pass; a test must find a field that nobody described. */
function closed(schema: AnySchemaObject): AnySchemaObject {
  const entries = Object.entries(schema).map(([key, value]: [string, unknown]) => [
    key,
    closedValue(value),
  ]);
  const copy = Object.fromEntries(entries) as AnySchemaObject;
  return "properties" in copy ? { ...copy, additionalProperties: false } : copy;
}

function closedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedValue);
  return typeof value === "object" && value !== null ? closed(value) : value;
}

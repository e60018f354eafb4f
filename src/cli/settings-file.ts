/** Reads concordat.config.yaml, as strictly as the resources beside it. */
import { readFileSync } from "node:fs";
import { LineCounter, isAlias, isMap, isScalar, parseDocument, visit } from "yaml";
import type { Document, Node } from "yaml";
import { AppError } from "../errors.js";

export const SETTINGS_FILE = "concordat.config.yaml";

const MAX_BYTES = 65_536;
const MAX_PORT = 65_535;

export type SettingsValue = string | number | ReadonlyMap<string, number>;

/** What may stand in the file, and as what. */
const KEYS = {
  ref: "text",
  db: "text",
  authorityKey: "text",
  keysDir: "text",
  host: "text",
  port: "port",
  limits: "numbers",
} as const;

export type SettingsKey = keyof typeof KEYS;

/** The settings in the file at `path`; none when there is no file. Throws AppError `bad_settings`. */
export function readSettingsFile(path: string): ReadonlyMap<SettingsKey, SettingsValue> {
  const text = readText(path);
  if (text === null) return new Map();
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: "1.2",
    schema: "core",
    stringKeys: true,
    prettyErrors: false,
  });
  const fail = (offset: number, message: string): AppError => {
    const { line, col } = lines.linePos(offset);
    return new AppError("bad_settings", `${path}:${line}:${col}: ${message}`);
  };
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) throw fail(fault.pos[0], fault.message);
  refuseIndirection(document, fail);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return new Map();
  const settings = new Map<SettingsKey, SettingsValue>();
  for (const [key, value, offset] of entries(contents, fail)) {
    if (!isSettingsKey(key))
      throw fail(
        offset,
        `unknown key ${JSON.stringify(key)}; known are ${Object.keys(KEYS).join(", ")}`,
      );
    settings.set(key, settingOf(key, value, offset, fail));
  }
  return settings;
}

type Fail = (offset: number, message: string) => AppError;

function readText(path: string): string | null {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_BYTES)
      throw new AppError("bad_settings", `${path} is larger than ${MAX_BYTES} bytes`);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error && "code" in cause ? cause.code : "";
    if (reason === "ENOENT" || reason === "ENOTDIR") return null;
    throw new AppError("bad_settings", `${path} cannot be read as UTF-8 text`, { cause });
  }
}

/** Anchors, aliases and tags have no use here, and make a text mean other than it seems. */
function refuseIndirection(document: Document, fail: Fail): void {
  visit(document, {
    Node: (_key, node) => {
      if (
        isAlias(node) ||
        ("anchor" in node && node.anchor !== undefined) ||
        node.tag !== undefined
      ) {
        throw fail(node.range?.[0] ?? 0, "anchors, aliases and tags are not allowed");
      }
    },
  });
}

function entries(
  node: Node,
  fail: Fail,
): (readonly [key: string, value: unknown, offset: number])[] {
  if (!isMap(node)) throw fail(node.range?.[0] ?? 0, "expected keys and values");
  return node.items.map(({ key, value }) => {
    const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    return [String(isScalar(key) ? key.value : ""), value, offset];
  });
}

function settingOf(key: SettingsKey, node: unknown, offset: number, fail: Fail): SettingsValue {
  if (KEYS[key] === "numbers" && isMap(node)) {
    return new Map(
      entries(node, fail).map(([name, value, at]) => [name, whole(name, value, at, fail)]),
    );
  }
  if (KEYS[key] === "port") {
    const port = whole(key, node, offset, fail);
    if (port <= MAX_PORT) return port;
    throw fail(offset, `port must be at most ${MAX_PORT}`);
  }
  const value = isScalar(node) ? node.value : null;
  if (KEYS[key] !== "text" || typeof value !== "string" || value === "") {
    throw fail(
      offset,
      `${key} must be ${KEYS[key] === "text" ? "a text" : "keys and whole numbers"}`,
    );
  }
  return value;
}

function whole(key: string, node: unknown, offset: number, fail: Fail): number {
  const value = isScalar(node) ? node.value : null;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw fail(offset, `${key} must be a whole number`);
  return value;
}

function isSettingsKey(key: string): key is SettingsKey {
  return Object.hasOwn(KEYS, key);
}

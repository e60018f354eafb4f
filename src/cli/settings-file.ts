/** Reads a settings file, as strictly as the resources beside it: `schemas/settings.schema.json` says what may stand in it. */
import { readFileSync } from "node:fs";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { Document } from "yaml";
import { keysOf } from "../desired/pointer.js";
import { compileSchema } from "../desired/schema-compiler.js";
import { schemaFaults } from "../desired/schema-fault.js";
import { AppError } from "../errors.js";
import type { AdminGrants } from "../model/admin.js";

export const SETTINGS_FILE = "concordat.config.yaml";

const MAX_BYTES = 65_536;
const MAX_FAULTS = 10;

/** Whether an operator's request may be signed in version 1. */
export type LegacySignatures = "refuse" | "accept";

/** What the file may say, as the schema lets it through. */
export interface SettingsDocument {
  readonly ref?: string;
  readonly db?: string;
  readonly logEscrow?: string;
  readonly keysDir?: string;
  readonly authorityKey?: string;
  readonly host?: string;
  readonly port?: number;
  readonly interval?: string;
  readonly controlSocket?: string;
  readonly webhookSecretFile?: string;
  readonly allowedHosts?: readonly string[];
  readonly trustedProxies?: number;
  readonly adminGrants?: AdminGrants;
  readonly adminLegacySignatures?: LegacySignatures;
  readonly git?: {
    readonly tokenFile?: string;
    readonly sshKey?: string;
    readonly knownHosts?: string;
    readonly caFile?: string;
  };
  readonly feeds?: {
    readonly interval?: string;
    readonly maxBytes?: number;
    readonly allowPrivate?: readonly string[];
    readonly caFile?: string;
  };
  readonly feedRefresh?: string;
  readonly backup?: {
    readonly dir: string;
    readonly every?: string;
    readonly keep?: number;
    readonly keepMonthly?: number;
  };
  readonly notify?: readonly SinkDocument[];
  readonly limits?: Readonly<Record<string, number>>;
}

export type SinkDocument =
  | {
      readonly kind: "webhook";
      readonly name?: string;
      readonly url: string;
      readonly secretFile: string;
    }
  | { readonly kind: "slack"; readonly name?: string; readonly urlFile: string };

/** What a file says, and how to name a place of it in an error. */
export interface SettingsFile {
  readonly settings: SettingsDocument;
  /** An AppError `bad_settings` that points at the value with this JSON pointer. */
  readonly fault: (pointer: string, message: string) => AppError;
}

/** The settings in the file at `path`; null when there is no file. Throws AppError `bad_settings`. */
export function readSettingsFile(path: string): SettingsFile | null {
  const text = readText(path);
  if (text === null) return null;
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: "1.2",
    schema: "core",
    stringKeys: true,
    prettyErrors: false,
  });
  const placed = (offset: number, message: string): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}: ${message}`;
  };
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken !== undefined) throw badSettings(placed(broken.pos[0], broken.message));
  const indirection = findIndirection(document);
  if (indirection !== null) {
    throw badSettings(placed(indirection, "anchors, aliases and tags are not allowed"));
  }
  const fault = (pointer: string, message: string): AppError =>
    badSettings(placed(offsetOf(document, keysOf(pointer)), message));
  const value: unknown = document.toJS();
  if (value === null) return { settings: {}, fault };
  const validate = compileSchema<SettingsDocument>("settings.schema.json");
  if (validate(value)) return { settings: value, fault };
  const faults = [...schemaFaults(validate.errors ?? [])].map((found) => ({
    ...found,
    offset: offsetOf(document, [
      ...keysOf(found.path),
      ...(found.key === undefined ? [] : [found.key]),
    ]),
  }));
  const inOrder = faults.toSorted((a, b) => a.offset - b.offset).slice(0, MAX_FAULTS);
  const messages = inOrder.map(({ offset, message }) => placed(offset, message));
  throw badSettings(messages.join("\n"), inOrder[0]?.hint);
}

function badSettings(message: string, hint?: string): AppError {
  return new AppError("bad_settings", message, hint === undefined ? {} : { hint });
}

function readText(path: string): string | null {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_BYTES) throw badSettings(`${path} is larger than ${MAX_BYTES} bytes`);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error && "code" in cause ? cause.code : "";
    if (reason === "ENOENT" || reason === "ENOTDIR") return null;
    if (reason === "EACCES")
      throw badSettings(
        `${path} may not be read by this user`,
        "go to a folder that this user may read, or name the settings file with --config",
      );
    throw new AppError("bad_settings", `${path} cannot be read as UTF-8 text`, { cause });
  }
}

/** Where an anchor, alias or tag stands. They have no use here, and make a text mean other than it seems. */
function findIndirection(document: Document): number | null {
  let offset: number | null = null;
  visit(document, {
    Node: (_key, node) => {
      const hasAnchor = "anchor" in node && node.anchor !== undefined;
      if (!isAlias(node) && !hasAnchor && node.tag === undefined) return undefined;
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** Where the key at the end of the path stands, or the item of a list; the nearest place there is for what is missing. */
function offsetOf(document: Document, path: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const name of path) {
    if (isSeq(node)) {
      node = node.items[Number(name)];
      offset = rangeOf(node) ?? offset;
    } else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === name);
      if (pair === undefined) return offset;
      offset = rangeOf(pair.key) ?? offset;
      node = pair.value;
    }
  }
  return offset;
}

function rangeOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
}

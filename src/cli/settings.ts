/** Settings: flags and CONCORDAT_* (oclif reads both), then concordat.config.yaml, then the defaults. */
import { join, resolve } from "node:path";
import { DEFAULT_LIMITS } from "../desired/limits.js";
import type { Limits } from "../desired/limits.js";
import { AppError } from "../errors.js";
import { readSettingsFile, SETTINGS_FILE } from "./settings-file.js";
import type { SettingsKey, SettingsValue } from "./settings-file.js";

/** What the command line and the environment say; undefined where they say nothing. */
export interface GivenSettings {
  readonly repo?: string | undefined;
  readonly ref?: string | undefined;
  readonly db?: string | undefined;
  readonly "authority-key"?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/** All paths are absolute. Keys are named by path and never by value. */
export interface Settings {
  readonly repo: string;
  /** null: the branch that is checked out. */
  readonly ref: string | null;
  readonly db: string;
  readonly keysDir: string;
  readonly authorityKey: string;
  readonly host: string;
  readonly port: number;
  readonly limits: Limits;
}

/** Given paths are taken from the working folder, those of the file from the repository. Throws AppError `bad_settings`. */
export function resolveSettings(given: GivenSettings, environment: NodeJS.ProcessEnv): Settings {
  const repo = resolve(given.repo ?? ".");
  const file = readSettingsFile(join(repo, SETTINGS_FILE));
  const path = (flag: string | undefined, key: SettingsKey, fallback: string): string =>
    flag === undefined ? resolve(repo, textOf(file.get(key)) ?? fallback) : resolve(flag);
  const keysDir = path(
    environment["CONCORDAT_KEYS_DIR"] || undefined,
    "keysDir",
    ".concordat/keys",
  );
  const port = file.get("port");
  return {
    repo,
    ref: given.ref ?? textOf(file.get("ref")) ?? null,
    db: path(given.db, "db", ".concordat/na.db"),
    keysDir,
    authorityKey: path(given["authority-key"], "authorityKey", join(keysDir, "authority.key")),
    host: given.host ?? textOf(file.get("host")) ?? "127.0.0.1",
    port: given.port ?? (typeof port === "number" ? port : 8443),
    limits: limitsOf(file.get("limits"), repo),
  };
}

function textOf(value: SettingsValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function limitsOf(value: SettingsValue | undefined, repo: string): Limits {
  if (value === undefined || typeof value !== "object") return DEFAULT_LIMITS;
  for (const name of value.keys()) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      const known = Object.keys(DEFAULT_LIMITS).join(", ");
      throw new AppError(
        "bad_settings",
        `${join(repo, SETTINGS_FILE)}: unknown limit ${JSON.stringify(name)}; known are ${known}`,
      );
    }
  }
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(value) };
}

/** Settings: flags and CONCORDAT_* (oclif reads both), then the settings file, then the defaults. */
import { dirname, join, resolve } from "node:path";
import { DEFAULT_RETENTION } from "../backup/retention.js";
import type { BackupSettings } from "../backup/scheduled.js";
import { DEFAULT_LIMITS } from "../desired/limits.js";
import type { Limits } from "../desired/limits.js";
import { AppError } from "../errors.js";
import { DEFAULT_FEED_SETTINGS } from "../feeds/settings.js";
import type { FeedSettings } from "../feeds/settings.js";
import type { GitCredentials } from "../git/credentials.js";
import { parseRemote } from "../git/remote.js";
import type { AdminGrants } from "../model/admin.js";
import type { Seconds } from "../model/time.js";
import type { SinkSettings } from "../notify/sinks.js";
import { escrowBeside } from "../state/log/escrow.js";
import { readSettingsFile, SETTINGS_FILE } from "./settings-file.js";
import type { LegacySignatures, SettingsFile } from "./settings-file.js";
import { durationSetting, hostsSetting, rangesSetting, sinksSetting } from "./settings-values.js";

/** What the command line and the environment say; undefined where they say nothing. */
export interface GivenSettings {
  readonly config?: string | undefined;
  readonly repo?: string | undefined;
  readonly ref?: string | undefined;
  readonly db?: string | undefined;
  readonly "authority-key"?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly interval?: string | undefined;
  readonly "control-socket"?: string | undefined;
}

/** All paths are absolute. Keys and secrets are named by path and never by value. */
export interface Settings {
  /** A path, or the URL of a remote. */
  readonly repo: string;
  readonly isRemote: boolean;
  /** null: the branch that is checked out, or the remote's own. */
  readonly ref: string | null;
  readonly db: string;
  /** The file that the audit log's newest checkpoint is put in escrow in. */
  readonly logEscrow: string;
  /** The private bare repository that a remote is fetched into. */
  readonly mirror: string;
  readonly keysDir: string;
  readonly authorityKey: string;
  readonly host: string;
  readonly port: number;
  readonly interval: Seconds;
  readonly controlSocket: string;
  /** null: nothing wakes the loop over HTTP. */
  readonly webhookSecretFile: string | null;
  /** As `host` or `host:port`; null: loopback names, `host`, and the endpoint's. */
  readonly allowedHosts: readonly string[] | null;
  readonly trustedProxies: number;
  readonly adminGrants: AdminGrants;
  readonly adminLegacySignatures: LegacySignatures;
  readonly git: GitCredentials;
  readonly feeds: FeedSettings;
  readonly feedRefresh: Seconds;
  /** null: no backups are made by themselves. */
  readonly backup: BackupSettings | null;
  readonly notify: readonly SinkSettings[];
  readonly limits: Limits;
}

/**
 * Given paths are taken from the working folder, those of a file from the folder it stands in, and the defaults from the
 * repository, or from the working folder when the repository is a remote. Throws bad_settings, bad_remote, transport_not_allowed.
 */
export function resolveSettings(given: GivenSettings, environment: NodeJS.ProcessEnv): Settings {
  const variable = (name: string): string | undefined => environment[name] || undefined;
  const repo = given.repo ?? ".";
  const isRemote = parseRemote(repo) !== null;
  const base = resolve(isRemote ? "." : repo);
  const [file, folder] = openFile(given.config ?? variable("CONCORDAT_CONFIG"), base);
  const settings = file?.settings ?? {};
  const path = (flag: string | undefined, value: string | undefined): string | null => {
    if (flag !== undefined) return resolve(flag);
    return value === undefined ? null : resolve(folder, value);
  };
  const keysDir =
    path(variable("CONCORDAT_KEYS_DIR"), settings.keysDir) ?? join(base, ".concordat/keys");
  const db = path(given.db, settings.db) ?? join(base, ".concordat/na.db");
  const interval = given.interval ?? variable("CONCORDAT_INTERVAL");
  const controlSocket = given["control-socket"] ?? variable("CONCORDAT_CONTROL_SOCKET");
  const { git = {}, feeds = {} } = settings;
  return {
    repo: isRemote ? repo : base,
    isRemote,
    ref: given.ref ?? settings.ref ?? null,
    db,
    logEscrow: path(variable("CONCORDAT_LOG_ESCROW"), settings.logEscrow) ?? escrowBeside(db),
    mirror: `${db}.git`,
    keysDir,
    authorityKey:
      path(given["authority-key"], settings.authorityKey) ?? join(keysDir, "authority.key"),
    host: given.host ?? settings.host ?? "127.0.0.1",
    port: given.port ?? settings.port ?? 8443,
    interval: durationSetting("/interval", interval, settings.interval, file),
    controlSocket: path(controlSocket, settings.controlSocket) ?? `${db}.sock`,
    webhookSecretFile: path(variable("CONCORDAT_WEBHOOK_SECRET_FILE"), settings.webhookSecretFile),
    allowedHosts: hostsSetting(file),
    trustedProxies: settings.trustedProxies ?? 0,
    adminGrants: settings.adminGrants ?? "refuse",
    adminLegacySignatures: settings.adminLegacySignatures ?? "refuse",
    git: {
      ...named("tokenFile", path(variable("CONCORDAT_GIT_TOKEN_FILE"), git.tokenFile)),
      ...named("sshKey", path(variable("CONCORDAT_GIT_SSH_KEY_FILE"), git.sshKey)),
      ...named("knownHosts", path(variable("CONCORDAT_GIT_KNOWN_HOSTS_FILE"), git.knownHosts)),
      ...named("caFile", path(variable("CONCORDAT_GIT_CA_FILE"), git.caFile)),
    },
    feeds: {
      intervalSeconds: durationSetting("/feeds/interval", undefined, feeds.interval, file),
      maxBytes: feeds.maxBytes ?? DEFAULT_FEED_SETTINGS.maxBytes,
      allowPrivate: rangesSetting(file),
      caFile: path(undefined, feeds.caFile),
    },
    feedRefresh: durationSetting("/feedRefresh", undefined, settings.feedRefresh, file),
    backup: backupSetting(file, (value) => resolve(folder, value)),
    notify: sinksSetting(file, (value) => resolve(folder, value)),
    limits: { ...DEFAULT_LIMITS, ...settings.limits },
  };
}

function backupSetting(
  file: SettingsFile | null,
  inFile: (path: string) => string,
): BackupSettings | null {
  const backup = file?.settings.backup;
  if (backup === undefined) return null;
  return {
    dir: inFile(backup.dir),
    every: durationSetting("/backup/every", undefined, backup.every, file),
    keep: backup.keep ?? DEFAULT_RETENTION.keep,
    keepMonthly: backup.keepMonthly ?? DEFAULT_RETENTION.keepMonthly,
  };
}

/** The file that was named, which must be there, or the one of the repository; and the folder its paths are taken from. */
function openFile(
  config: string | undefined,
  base: string,
): readonly [file: SettingsFile | null, folder: string] {
  if (config === undefined) return [readSettingsFile(join(base, SETTINGS_FILE)), base];
  const path = resolve(config);
  const file = readSettingsFile(path);
  if (file !== null) return [file, dirname(path)];
  throw new AppError("bad_settings", `${path} does not exist`, {
    hint: "--config and CONCORDAT_CONFIG name the settings file",
  });
}

/** `exactOptionalPropertyTypes`: what is not set has no key. */
function named<K extends string>(key: K, value: string | null): { readonly [P in K]?: string } {
  return value === null ? {} : ({ [key]: value } as { readonly [P in K]: string });
}

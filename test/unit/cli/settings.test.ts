import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveSettings } from "../../../src/cli/settings.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { temporaryFolder, writeFiles } from "../../helpers/git.js";

function repositoryWith(text: string): string {
  const dir = temporaryFolder();
  writeFiles(dir, { "concordat.config.yaml": text });
  return dir;
}

const REST = {
  isRemote: false,
  interval: 60,
  webhookSecretFile: null,
  git: {},
  feeds: { intervalSeconds: 900, maxBytes: 16_777_216, allowPrivate: [], caFile: null },
  feedRefresh: 43_200,
  backup: null,
  notify: [],
  allowedHosts: null,
  trustedProxies: 0,
  adminGrants: "refuse",
  adminLegacySignatures: "refuse",
};

test("without a file there are defaults, all below the repository", () => {
  const repo = temporaryFolder();
  expect(resolveSettings({ repo }, {})).toEqual({
    ...REST,
    repo,
    ref: null,
    db: join(repo, ".concordat/na.db"),
    logEscrow: join(repo, ".concordat/na.db.escrow"),
    mirror: join(repo, ".concordat/na.db.git"),
    controlSocket: join(repo, ".concordat/na.db.sock"),
    keysDir: join(repo, ".concordat/keys"),
    authorityKey: join(repo, ".concordat/keys/authority.key"),
    host: "127.0.0.1",
    port: 8443,
    limits: DEFAULT_LIMITS,
  });
});

test("every key of the file counts, and its paths are taken from the repository", () => {
  const repo = repositoryWith(
    [
      "ref: release",
      "db: state/na.db",
      "logEscrow: ../escrow",
      "keysDir: ../keys",
      "authorityKey: ../a.key",
      "host: 0.0.0.0",
      "port: 9443",
      "interval: 5s",
      "controlSocket: run/control",
      "webhookSecretFile: hook.secret",
      "allowedHosts: [na.example, 'na.example:8443', '[fd00::5]:80']",
      "trustedProxies: 2",
      "adminGrants: allow",
      "adminLegacySignatures: accept",
      "git: { tokenFile: t, sshKey: s, knownHosts: /k, caFile: c }",
      "feeds:",
      "  interval: 2m",
      "  maxBytes: 4096",
      "  allowPrivate: [10.1.0.0/16, 'fd00::/8']",
      "  caFile: feeds.pem",
      "feedRefresh: 1d",
      "backup: { dir: /mnt/backups, every: 6h, keep: 28, keepMonthly: 0 }",
      "notify:",
      "  - { kind: webhook, url: 'https://example.org/hook', secretFile: hook }",
      "  - { kind: webhook, url: 'http://127.0.0.1:9000', secretFile: hook }",
      "  - { kind: slack, name: on-call, urlFile: /slack }",
      "limits: { files: 10, depth: 5 }",
    ].join("\n"),
  );
  expect(resolveSettings({ repo }, {})).toEqual({
    repo,
    isRemote: false,
    ref: "release",
    db: join(repo, "state/na.db"),
    logEscrow: join(repo, "../escrow"),
    mirror: join(repo, "state/na.db.git"),
    keysDir: join(repo, "../keys"),
    authorityKey: join(repo, "../a.key"),
    host: "0.0.0.0",
    port: 9443,
    interval: 5,
    controlSocket: join(repo, "run/control"),
    webhookSecretFile: join(repo, "hook.secret"),
    allowedHosts: ["na.example", "na.example:8443", "[fd00::5]:80"],
    trustedProxies: 2,
    adminGrants: "allow",
    adminLegacySignatures: "accept",
    git: {
      tokenFile: join(repo, "t"),
      sshKey: join(repo, "s"),
      knownHosts: "/k",
      caFile: join(repo, "c"),
    },
    feeds: {
      intervalSeconds: 120,
      maxBytes: 4096,
      allowPrivate: ["10.1.0.0/16", "fd00::/8"],
      caFile: join(repo, "feeds.pem"),
    },
    feedRefresh: 86_400,
    backup: { dir: "/mnt/backups", every: 21_600, keep: 28, keepMonthly: 0 },
    notify: [
      {
        kind: "webhook",
        name: "webhook",
        url: "https://example.org/hook",
        secretFile: join(repo, "hook"),
      },
      {
        kind: "webhook",
        name: "webhook-2",
        url: "http://127.0.0.1:9000",
        secretFile: join(repo, "hook"),
      },
      { kind: "slack", name: "on-call", urlFile: "/slack" },
    ],
    limits: { ...DEFAULT_LIMITS, files: 10, depth: 5 },
  });
});

test("what is given wins over the file", () => {
  const repo = repositoryWith("ref: a\ndb: a\nauthorityKey: a\nkeysDir: a\nhost: a\nport: 1\n");
  const given = { repo, ref: "b", db: "/b", "authority-key": "/b.key", host: "b", port: 2 };
  expect(resolveSettings(given, { CONCORDAT_KEYS_DIR: "/keys" })).toMatchObject({
    ref: "b",
    db: "/b",
    authorityKey: "/b.key",
    keysDir: "/keys",
    host: "b",
    port: 2,
  });
});

test("the environment names files and times, and wins over the file", () => {
  const repo = repositoryWith(
    "interval: 10s\nwebhookSecretFile: a\ngit: { tokenFile: a, caFile: a }\n",
  );
  const environment = {
    CONCORDAT_INTERVAL: "2m",
    CONCORDAT_WEBHOOK_SECRET_FILE: "/w",
    CONCORDAT_CONTROL_SOCKET: "/s",
    CONCORDAT_GIT_TOKEN_FILE: "/t",
    CONCORDAT_GIT_SSH_KEY_FILE: "/k",
    CONCORDAT_GIT_KNOWN_HOSTS_FILE: "/h",
    CONCORDAT_GIT_CA_FILE: "",
  };
  expect(resolveSettings({ repo }, environment)).toMatchObject({
    interval: 120,
    webhookSecretFile: "/w",
    controlSocket: "/s",
    git: { tokenFile: "/t", sshKey: "/k", knownHosts: "/h", caFile: join(repo, "a") },
  });
  const given = { repo, interval: "3m", "control-socket": "/g" };
  expect(resolveSettings(given, environment)).toMatchObject({
    interval: 180,
    controlSocket: "/g",
  });
  expect(() => resolveSettings({ repo }, { CONCORDAT_INTERVAL: "4s" })).toThrow(
    /^interval must be/,
  );
});

describe("a remote repository", () => {
  test.each([
    "https://example.org/trust.git",
    "ssh://git@example.org/trust.git",
    "git@example.org:trust.git",
  ])("%s is kept as it is, and all else is taken from the working folder", (repo) => {
    const settings = resolveSettings({ repo }, {});
    const db = resolve(".concordat/na.db");
    expect(settings).toMatchObject({ repo, isRemote: true, db, mirror: `${db}.git` });
    expect(settings.authorityKey).toBe(resolve(".concordat/keys/authority.key"));
  });

  test("that git must not be given is refused", () => {
    expect(() => resolveSettings({ repo: "file:///srv/trust.git" }, {})).toThrow(
      expect.objectContaining({ code: "transport_not_allowed" }),
    );
  });

  test.each(["trust.git", "./a@b:c", "/srv/a:b"])("%s is a path", (repo) => {
    expect(resolveSettings({ repo }, {})).toMatchObject({ repo: resolve(repo), isRemote: false });
  });
});

describe("a settings file that is named", () => {
  test("takes the place of the repository's own, and its paths start from its own folder", () => {
    const repo = repositoryWith("dbb: broken\n");
    const elsewhere = repositoryWith("db: na.db\n");
    const config = join(elsewhere, "concordat.config.yaml");
    const expected = { db: join(elsewhere, "na.db"), keysDir: join(repo, ".concordat/keys") };
    expect(resolveSettings({ repo, config }, {})).toMatchObject(expected);
    expect(resolveSettings({ repo }, { CONCORDAT_CONFIG: config })).toMatchObject(expected);
    expect(() => resolveSettings({ repo }, { CONCORDAT_CONFIG: "" })).toThrow(/dbb/);
  });

  test("must be there", () => {
    const config = join(temporaryFolder(), "none.yaml");
    expect(() => resolveSettings({ config }, {})).toThrow(
      expect.objectContaining({ code: "bad_settings", message: `${config} does not exist` }),
    );
  });
});

/** What git may show a remote, handed to that one git process in its environment and nowhere else (docs/threats.md G11). */
import { resolve } from "node:path";
import { AppError } from "../errors.js";
import { readSecretFile } from "../secret-file.js";
import type { RemoteAddress } from "./remote.js";

/** Paths of files. Each is read anew for each fetch, so that what it holds can be replaced. */
export interface GitCredentials {
  /** Holds a token for https. */
  readonly tokenFile?: string;
  /** A private key for ssh, without a passphrase; else ssh takes the user's own. */
  readonly sshKey?: string;
  /** The hosts that ssh trusts; else the user's own. A host that is not among them is refused. */
  readonly knownHosts?: string;
  /** Certificates to trust for https in place of the system's. */
  readonly caFile?: string;
}

export interface TransportAccess {
  readonly env: Readonly<Record<string, string>>;
  readonly settings: readonly (readonly [key: string, value: string])[];
  /** What no message may show. */
  readonly secrets: readonly string[];
}

const TOKEN = /^[\x21-\x7e]{1,1024}$/;
/** What ssh reads as a quote, a placeholder or a variable in the name of a file. */
const MISREAD_BY_SSH = /[\p{Cc}"\\%$]/u;

/** Throws key_file_permissions, bad_secret_file, unreadable_file. */
export function accessTo(remote: RemoteAddress, credentials: GitCredentials): TransportAccess {
  const env = {
    GIT_ALLOW_PROTOCOL: remote.transport,
    // Without it, curl and ssh look up the user's folder, and curl sends what a .netrc there says.
    HOME: "/dev/null",
  };
  if (remote.transport === "ssh") {
    return {
      env: { ...env, GIT_SSH_COMMAND: sshCommand(credentials), GIT_SSH_VARIANT: "ssh" },
      settings: [],
      secrets: [],
    };
  }
  const { caFile, tokenFile } = credentials;
  const trusted = caFile === undefined ? {} : { GIT_SSL_CAINFO: resolve(caFile) };
  if (tokenFile === undefined) return { env: { ...env, ...trusted }, settings: [], secrets: [] };
  const token = readToken(tokenFile);
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  return {
    env: { ...env, ...trusted },
    settings: [[`http.${remote.address}.extraHeader`, `Authorization: Basic ${basic}`]],
    secrets: [token, basic],
  };
}

function readToken(path: string): string {
  const text = readSecretFile(path, "bad_secret_file")
    .toString("latin1")
    .replace(/\r?\n$/, "");
  if (TOKEN.test(text)) return text;
  throw new AppError("bad_secret_file", `${path} does not hold one token on one line`, {
    hint: "write the token into the file, and nothing else",
  });
}

/** No configuration of ssh's takes part: it may name programs. */
function sshCommand({ sshKey, knownHosts }: GitCredentials): string {
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "IdentitiesOnly=yes",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ControlPath=none",
    "UpdateHostKeys=no",
    "ConnectTimeout=20",
    "ServerAliveInterval=10",
  ];
  if (knownHosts !== undefined) {
    options.push(`UserKnownHostsFile="${sshPath(knownHosts)}"`, "GlobalKnownHostsFile=/dev/null");
  }
  const identity: string[] = [];
  if (sshKey !== undefined) {
    const path = sshPath(sshKey);
    // For the check alone: what ssh says about a key that others can read is less clear.
    readSecretFile(path, "bad_secret_file").fill(0);
    identity.push("-i", path);
  }
  const words = ["ssh", "-F", "/dev/null", ...options.flatMap((option) => ["-o", option])];
  return [...words, ...identity].map(shellQuoted).join(" ");
}

function sshPath(path: string): string {
  const absolute = resolve(path);
  if (MISREAD_BY_SSH.test(absolute)) {
    throw new AppError("unreadable_file", `ssh would misread the name of ${JSON.stringify(path)}`, {
      hint: 'use a path without " \\ % $ and control characters',
    });
  }
  return absolute;
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A certificate of its own authority, for servers on this machine. Nobody trusts it who was not given the file. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
  /** The certificate as a file, which goes when the test ends. */
  readonly caFile: string;
}

/** The names that the certificate is for. */
const TLS_NAMES = ["localhost", "feeds.example"] as const;

const SUBJECTS = [...TLS_NAMES.map((name) => `DNS:${name}`), "IP:127.0.0.1", "IP:::1"].join(",");

let made: Omit<SelfSigned, "caFile"> | null = null;

/** The one of this process, or another one that does not vouch for it. */
export function selfSigned(isAnother = false): SelfSigned {
  const folder = mkdtempSync(join(tmpdir(), "concordat-tls-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pair = isAnother ? make() : (made ??= make());
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, pair.cert);
  return { ...pair, caFile };
}

function make(): Omit<SelfSigned, "caFile"> {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const pem = execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      ...curve,
      "-days",
      "2",
      "-subj",
      "/CN=localhost",
      "-addext",
      `subjectAltName=${SUBJECTS}`,
      "-keyout",
      "-",
      "-out",
      "-",
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const start = pem.indexOf("-----BEGIN CERTIFICATE");
  return { key: pem.slice(0, start), cert: pem.slice(start) };
}

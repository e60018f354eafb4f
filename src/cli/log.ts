/** The structured log: JSON lines on stderr, and never a secret in them, whoever should put one there. */
import { pino, type Logger } from "pino";

const SECRETS = [
  "authorization",
  "cookie",
  "password",
  "privateKey",
  "secret",
  "signature",
  "token",
];

/** Options of a logger, for the one of the service and the one of its routes alike. */
export function logOptions(level: string): {
  readonly level: string;
  readonly redact: { readonly paths: string[]; readonly censor: string };
} {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return { level, redact: { paths, censor: "<redacted>" } };
}

/** Written at once, so that the last line before an end is there. */
export function openLog(level: string): Logger {
  return pino(logOptions(level), pino.destination({ fd: 2, sync: true }));
}

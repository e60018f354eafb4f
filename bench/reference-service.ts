/** The reference's service: as the start script of its image starts it, over a fixture's genesis and keys. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { findReference } from "../test/interop/find-reference.js";
import { keyOf, type Fixture } from "./fixture.js";

const DRIVER = join(import.meta.dirname, "reference.py");
const COMMAND =
  "--bind 127.0.0.1:0 --workers 4 --worker-class sync --timeout 30 --max-requests 1000 --limit-request-line 4096 --error-logfile - genesis_mesh.na_service.wsgi:app";
const LIMITS = ["ADMIN", "VERIFY", "READ"] as const;
const PATIENCE_MS = 60_000;

export interface ReferenceService {
  readonly port: number;
  stop(): Promise<void>;
}

/** Throws when there is no reference, as `findReference` says. */
export async function startReference(
  { dir }: Pick<Fixture, "dir">,
  authorityKey: string,
  treaties: readonly string[],
): Promise<ReferenceService> {
  const reference = findReference();
  if ("missing" in reference) throw new Error(reference.missing);
  const folder = join(dir, ".concordat");
  const db = join(folder, "reference.db");
  const base = { PATH: process.env["PATH"] ?? "", PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" };
  await fill(join(reference.bin, "python"), db, treaties, base);
  const child = spawn(join(reference.bin, "gunicorn"), COMMAND.split(" "), {
    cwd: folder,
    env: {
      ...base,
      GENESIS_FILE: join(dir, "genesis.json"),
      NA_PRIVATE_KEY_FILE: authorityKey,
      NA_KEY_ID: "bench-1",
      DB_PATH: db,
      OPERATOR_PUBLIC_KEYS_JSON: JSON.stringify({
        "operator-root": keyOf("operator").publicKey,
      }),
      OPERATOR_KEY_TIERS_JSON: JSON.stringify({ "operator-root": "privileged" }),
      ...Object.fromEntries(
        LIMITS.map((name) => [`NA_RATE_LIMIT_${name}_PER_MINUTE`, "1000000000"]),
      ),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  // It must not outlive a run that fails.
  process.once("exit", () => child.kill("SIGTERM"));
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "close");
  };
  let log = "";
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (log = (log + text).slice(-10_000)));
  try {
    const port = await listening(child, () => log);
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function fill(
  python: string,
  db: string,
  treaties: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const child = spawn(python, [DRIVER, db], { env, stdio: ["pipe", "inherit", "inherit"] });
  Readable.from(treaties.map((json) => `${json}\n`)).pipe(child.stdin);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the reference's database is not filled: ${code}`);
}

/** The port, once it answers. */
async function listening(
  child: { readonly exitCode: number | null },
  log: () => string,
): Promise<number> {
  for (const start = performance.now(); ; await pause(50)) {
    if (child.exitCode !== null || performance.now() - start > PATIENCE_MS)
      throw new Error(`the reference does not serve: ${log()}`);
    const port = Number(/Listening at: http:\/\/127\.0\.0\.1:(\d+)/u.exec(log())?.[1] ?? 0);
    const isUp = async (): Promise<boolean> =>
      await fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    if (port !== 0 && (await isUp())) return port;
  }
}

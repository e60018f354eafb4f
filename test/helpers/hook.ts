/** Sends what git hosts send when something was pushed, signed with a secret that the daemon has a file of. */
import { createHmac, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./git.js";

const HOOK_SECRET = "a secret of this test, and of no other";

/** The variable that names the file of the secret. */
export function hookEnvironment(): Readonly<Record<string, string>> {
  const file = join(temporaryFolder(), "hook.secret");
  writeFileSync(file, `${HOOK_SECRET}\n`, { mode: 0o600 });
  return { CONCORDAT_WEBHOOK_SECRET_FILE: file };
}

type Headers = Readonly<Record<string, string>>;

/** The headers of Standard Webhooks, for a message of this id that is sent now. */
export function standardHeaders(
  body: string,
  secret = HOOK_SECRET,
  id = `msg_${randomUUID()}`,
): Headers {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${mac}`,
  };
}

/** The headers of GitHub, Gitea and Forgejo. */
export function hubHeaders(body: string, secret = HOOK_SECRET): Headers {
  const mac = createHmac("sha256", secret).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${mac}`, "x-github-event": "push" };
}

export interface HookAnswer {
  readonly status: number;
  readonly json: unknown;
}

/** Sends the body with these headers to a daemon. */
export async function post(address: string, body: string, headers: Headers): Promise<HookAnswer> {
  const answer = await fetch(`${address}/hooks/git`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
  return { status: answer.status, json: await answer.json() };
}

/** A push of its own, signed as it should be. */
export async function ring(address: string): Promise<HookAnswer> {
  const body = JSON.stringify({ ref: "refs/heads/main" });
  return await post(address, body, standardHeaders(body));
}

/** A git remote over https, as a forge is one: git's own http-backend behind a server that can also misbehave. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { commitFiles, git, repositoryWith, temporaryFolder } from "./git.js";
import { selfSigned } from "./tls.js";

const BACKEND = join(
  execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(),
  "git-http-backend",
);

/** Whether this machine has what `startGitRemote` needs. */
export const CAN_SERVE_HTTPS =
  existsSync(BACKEND) && spawnSync("openssl", ["version"]).status === 0;

export interface Behaviour {
  /** Everything else is answered with 401. */
  readonly requireToken: string | null;
  /** The start of an address that takes the place of ours. */
  readonly redirectTo: string | null;
  /** Answers with bytes that are no git. */
  readonly garbage: boolean;
  /** `drip`: a byte each second. `pack`: half of what was asked for, and then nothing. */
  readonly stall: "drip" | "pack" | null;
}

export interface GitRemote {
  readonly url: string;
  /** Its certificate. */
  readonly caFile: string;
  readonly requests: readonly { readonly url: string; readonly authorization: string | null }[];
  /** The bytes of all bodies so far. */
  readonly sent: () => number;
  /** From the next request on. What is left out stays as it is. */
  behave(behaviour: Partial<Behaviour>): void;
  /** Once half of a pack has been sent. */
  stalled(): Promise<void>;
  /** Breaks all connections off. Also done when the test ends. */
  close(): Promise<void>;
}

/** Serves one bare repository until the test ends, on any free port or on one that a remote before it has left. */
export async function startGitRemote(bare: string, at = 0): Promise<GitRemote> {
  const { key, cert, caFile } = selfSigned();
  let behaviour: Behaviour = { requireToken: null, redirectTo: null, garbage: false, stall: null };
  let sent = 0;
  const stalled = Promise.withResolvers<void>();
  const requests: { url: string; authorization: string | null }[] = [];
  const deliver = ({ status, headers, body, isPack }: Answer, response: ServerResponse): void => {
    response.writeHead(status, headers);
    if (behaviour.stall === "drip") {
      drip(response, body);
    } else if (behaviour.stall === "pack" && isPack) {
      response.write(body.subarray(0, body.length / 2), () => stalled.resolve());
    } else {
      sent += body.length;
      response.end(body);
    }
  };
  const server = createServer({ key, cert }, (request, response) => {
    const url = request.url ?? "";
    const authorization = request.headers.authorization ?? null;
    requests.push({ url, authorization });
    const { requireToken, redirectTo, garbage } = behaviour;
    if (requireToken !== null && authorization !== basic(requireToken)) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    } else if (redirectTo !== null) {
      response.writeHead(302, { location: redirectTo + url }).end();
    } else if (garbage) {
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
      response.end(Buffer.alloc(4096, 0x9c));
    } else {
      void answer(bare, request).then((answered) => deliver(answered, response));
    }
  });
  await new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/${basename(bare)}`,
    caFile,
    requests,
    sent: () => sent,
    behave: (change) => {
      behaviour = { ...behaviour, ...change };
    },
    stalled: () => stalled.promise,
    close,
  };
}

/** A repository to work in, and a bare one that gets its branch by `push`, as a forge does. */
export function publishedRepository(files: Readonly<Record<string, string>>): {
  readonly dir: string;
  readonly bare: string;
  /** Commits the files, and publishes. Returns the commit's id. */
  push(files: Readonly<Record<string, string>>): string;
} {
  const dir = repositoryWith(files);
  const bare = join(temporaryFolder(), "trust.git");
  git(dir, ["clone", "--quiet", "--bare", dir, bare]);
  return {
    dir,
    bare,
    push: (change) => {
      const commit = commitFiles(dir, change);
      git(dir, ["push", "--quiet", "--force", bare, "HEAD"]);
      return commit;
    },
  };
}

function basic(token: string): string {
  return `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
}

function drip(response: ServerResponse, body: Buffer): void {
  let at = 0;
  const next = (): void => {
    response.write(body.subarray(at, (at += 1)));
  };
  next();
  const timer = setInterval(next, 1000);
  response.on("close", () => clearInterval(timer));
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** It holds objects. */
  readonly isPack: boolean;
}

/** RFC 3875, as much of it as git asks for. */
async function answer(bare: string, request: IncomingMessage): Promise<Answer> {
  const body = Buffer.concat(await request.toArray());
  const { pathname, search } = new URL(request.url ?? "", "https://localhost");
  const backend = spawn(BACKEND, {
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROJECT_ROOT: dirname(bare),
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      CONTENT_LENGTH: String(body.length),
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REMOTE_ADDR: "127.0.0.1",
      REQUEST_METHOD: request.method ?? "GET",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  backend.stdin.on("error", () => {});
  backend.stdin.end(body);
  const output = Buffer.concat(await backend.stdout.toArray());
  const end = output.indexOf("\r\n\r\n");
  const headers: Record<string, string> = {};
  for (const line of output.toString("latin1", 0, end).split("\r\n")) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const { status = "200 OK", ...rest } = headers;
  const content = output.subarray(end + 4);
  const isPack = content.includes("packfile\n");
  return { status: Number.parseInt(status, 10), headers: rest, body: content, isPack };
}

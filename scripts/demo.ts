/** `npm run demo`: the main job, end to end, with the built program, real git, real SQLite and real HTTP. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";

const PROGRAM = join(import.meta.dirname, "../bin/run.js");
const KEEP = process.argv.includes("--keep");
const folder = mkdtempSync(join(tmpdir(), "concordat-demo-"));
const repo = join(folder, "acme");
const environment = {
  ...process.env,
  HOME: folder,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Demo",
  GIT_AUTHOR_EMAIL: "demo@localhost",
  GIT_COMMITTER_NAME: "Demo",
  GIT_COMMITTER_EMAIL: "demo@localhost",
};
let checks = 0;

function title(text: string): void {
  console.log(`\n── ${text} ${"─".repeat(Math.max(0, 74 - text.length))}\n`);
}

/** Runs the program as a newcomer would type it; paths of this run are shown by their names. */
function concordat(...args: string[]): string {
  console.log(`$ concordat ${args.join(" ").replaceAll(folder, "DEMO")}`);
  const output = execFileSync(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: environment,
    encoding: "utf8",
  });
  return output;
}

function show(output: string): void {
  for (const line of output.trimEnd().split("\n"))
    console.log(`  ${line}`.replaceAll(folder, "DEMO").trimEnd());
  console.log();
}

/** The plan has just been shown; of an apply only what it did is new. */
function showApplied(output: string): void {
  show(output.slice(output.indexOf("APPLIED")));
}

function check(claim: string, holds: boolean): void {
  if (!holds) throw new Error(`the demo expected: ${claim}`);
  checks += 1;
  console.log(`✔ ${claim}`);
}

function git(...args: string[]): void {
  execFileSync("git", ["-C", repo, ...args], { env: environment, stdio: "pipe" });
}

function commit(message: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(repo, path, ".."), { recursive: true });
    writeFileSync(join(repo, path), content);
  }
  git("add", "--all");
  git("commit", "--quiet", "--message", message);
  console.log(`$ git commit -m ${JSON.stringify(message)}    # ${Object.keys(files).join(", ")}`);
}

/** A foreign sovereign is known by its public key, which it would send us; here we make the pair for it. */
function foreignKey(name: string): string {
  concordat("keygen", "--out", join(folder, name), "--key-id", `${name}-1`);
  const lines = readFileSync(join(folder, `${name}.pub`), "utf8").split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).join("");
}

const resource = (kind: string, name: string, spec: string): string =>
  `apiVersion: concordat/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${spec}`;

const sovereign = (name: string): string =>
  resource(
    "Sovereign",
    name,
    `  sovereignId: ${name.toUpperCase()}\n  publicKeys:\n    - "${foreignKey(name)}"\n`,
  );

const treaty = (name: string): string =>
  resource(
    "RecognitionTreaty",
    name,
    `  subject: ${name}\n  scope:\n    allowedRoles:\n      - "role:client"\n  validity:\n    for: 168h\n  renewal:\n    before: 72h\n`,
  );

interface Edge {
  readonly to: string;
  readonly status: string;
  readonly lifecycle_state: string;
}

interface Served {
  readonly summary: { readonly active_edge_count: number; readonly revoked_edge_count: number };
  readonly recognition_edges: readonly Edge[];
}

async function serve(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  console.log("$ concordat serve --repo acme --ref main --port 0 &");
  const child = spawn(
    process.execPath,
    [PROGRAM, "serve", "--repo", repo, "--ref", "main", "--port", "0"],
    {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  for (const stream of [child.stdout, child.stderr]) {
    const found = createInterface({ input: stream });
    found.on("line", (line) => {
      const url = /http:\/\/[0-9.:]+/.exec(line)?.[0];
      if (url !== undefined) child.emit("listening", url);
    });
  }
  return await new Promise((resolve, reject) => {
    child.once("listening", (url: string) => resolve({ url, process: child }));
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}`)));
  });
}

async function connectome(url: string): Promise<Served> {
  console.log("$ curl /connectome.json");
  const response = await fetch(`${url}/connectome.json`);
  const served = (await response.json()) as Served;
  for (const edge of served.recognition_edges) {
    console.log(`  ACME → ${edge.to.padEnd(10)} ${edge.status.padEnd(8)} ${edge.lifecycle_state}`);
  }
  return served;
}

/** The service follows the branch by itself. */
async function untilRevoked(url: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const served = (await (await fetch(`${url}/connectome.json`)).json()) as Served;
    if (served.summary.revoked_edge_count > 0) return;
    await setTimeout(100);
  }
}

async function main(): Promise<void> {
  title("1. A trust repository");
  show(concordat("init", repo, "--sovereign-id", "ACME"));

  title("2. Trust, written down");
  commit("trust: recognise globex and initech", {
    "sovereigns/globex.yaml": sovereign("globex"),
    "sovereigns/initech.yaml": sovereign("initech"),
    "treaties/globex.yaml": treaty("globex"),
    "treaties/initech.yaml": treaty("initech"),
    "attestations/gateway.yaml": resource(
      "MembershipAttestation",
      "gateway",
      '  subjectId: gateway-1\n  roles:\n    - "role:client"\n  validity:\n    for: 720h\n',
    ),
  });
  show(concordat("validate", repo));
  const first = concordat("plan", "--repo", repo);
  show(first);
  check(
    "the plan grants two treaties and an attestation",
    first.includes("globex") && first.includes("initech"),
  );

  title("3. Signed and applied");
  showApplied(concordat("apply", "--repo", repo, "--auto-approve"));
  check(
    "a second plan has nothing to do",
    concordat("plan", "--repo", repo).includes("No changes."),
  );

  title("4. Served");
  const server = await serve();
  try {
    const before = await connectome(server.url);
    check("two edges are active", before.summary.active_edge_count === 2);

    title("5. A bad treaty: revoked by pull request");
    git("switch", "--quiet", "--create", "revoke-globex");
    console.log("$ git switch --create revoke-globex");
    commit("revoke: globex was issued by mistake", {
      "revocations/globex-mistake.yaml": resource(
        "Revocation",
        "globex-mistake",
        "  target:\n    kind: RecognitionTreaty\n    name: globex\n  reason: issued_by_mistake\n  incident: INC-1\n",
      ),
    });
    const second = concordat("plan", "--repo", repo, "--ref", "revoke-globex");
    show(second);
    check(
      "the plan shows the path that will be lost",
      /BLAST RADIUS/.test(second) && second.includes("GLOBEX"),
    );
    git("switch", "--quiet", "main");
    git("merge", "--quiet", "--ff-only", "revoke-globex");
    console.log("\n$ git merge revoke-globex    # reviewed; the service applies it\n");
    await untilRevoked(server.url);
    const after = await connectome(server.url);
    check(
      "one edge is active, one revoked",
      after.summary.active_edge_count === 1 && after.summary.revoked_edge_count === 1,
    );
    const path = (await (
      await fetch(`${server.url}/connectome/trust-path?from=ACME&to=GLOBEX`)
    ).json()) as { reason: string };
    check(`the trust path says why: ${path.reason}`, path.reason === "direct_treaty_revoked");

    title("6. What was decided, for whoever must prove it");
    concordat(
      "audit",
      "export",
      "--db-path",
      join(repo, ".concordat/na.db"),
      "--output",
      join(folder, "audit.jsonl"),
    );
    const events = readFileSync(join(folder, "audit.jsonl"), "utf8").trimEnd().split("\n");
    for (const line of events)
      console.log(`  ${(JSON.parse(line) as { event_type: string }).event_type}`);
    check(
      "the revocation is in the audit",
      events.some((line) => line.includes("recognition_treaty_revoked")),
    );
    const verified = concordat("audit", "verify", "--db-path", join(repo, ".concordat/na.db"));
    show(`\n${verified}`);
    check("the log verifies, and the state is as it says", verified.startsWith("VERIFIED"));
    show(`\n${concordat("status", "--repo", repo)}`);

    if (KEEP) {
      console.log(`Serving at ${server.url} (repository: ${repo}). Ctrl-C ends it.`);
      await new Promise((resolve) => {
        process.once("SIGINT", resolve);
        process.once("SIGTERM", resolve);
      });
    }
  } finally {
    const ended = new Promise((resolve) => server.process.once("exit", resolve));
    server.process.kill("SIGTERM");
    await ended;
  }
  console.log(`\nAll ${checks} checks of the demo hold.`);
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A sovereign of the reference: `genesis-mesh init`, its service on loopback, and its operator's command line. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../helpers/git.js";
import { until } from "../helpers/until.js";
import { environment, programOf, runReference, type Ended } from "./reference.js";

export class ReferenceAuthority {
  readonly dir = temporaryFolder();
  readonly db = join(this.dir, "home/na.db");
  readonly genesis = join(this.dir, "home/genesis.signed.json");
  readonly authorityKey = join(this.dir, "home/keys/na.key");
  readonly operatorKey = join(this.dir, "home/keys/operator.key");
  readonly #port: number;
  #service: ChildProcess | null = null;

  private constructor(port: number) {
    this.#port = port;
  }

  /** Makes the sovereign; its service does not run yet. */
  static async create(sovereignId: string): Promise<ReferenceAuthority> {
    const port = await freePort();
    const authority = new ReferenceAuthority(port);
    const home = ["--home", "home", "--network-name", sovereignId];
    await authority.succeed(["init", ...home, "--env-file", "na.env", "--na-port", `${port}`]);
    // Not what is tested here, and a test asks more often than people do.
    const limits = [
      "NA_RATE_LIMIT_READ_PER_MINUTE=100000",
      "NA_RATE_LIMIT_VERIFY_PER_MINUTE=100000",
    ];
    appendFileSync(join(authority.dir, "na.env"), `${limits.join("\n")}\n`);
    return authority;
  }

  static async start(sovereignId: string): Promise<ReferenceAuthority> {
    const authority = await ReferenceAuthority.create(sovereignId);
    await authority.serve();
    return authority;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What its documents are signed with, in base64. */
  get publicKey(): string {
    const genesis = JSON.parse(readFileSync(this.genesis, "utf8")) as {
      network_authority: { public_key: string };
    };
    return genesis.network_authority.public_key;
  }

  /** Flags that name this authority to the command line, and its operator. */
  get asOperator(): readonly string[] {
    return ["--na", this.address, "--operator-key", this.operatorKey];
  }

  async serve(): Promise<void> {
    const args = ["na", "start", "--env-file", "na.env"];
    const service = spawn(programOf("genesis-mesh"), args, {
      cwd: this.dir,
      env: environment({ HOME: this.dir }),
      stdio: "ignore",
    });
    this.#service = service;
    onTestFinished(async () => await this.stop());
    await until(
      "the reference's authority answers",
      async () =>
        await fetch(`${this.address}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      (isUp) => isUp,
      { isHopeless: () => service.exitCode !== null },
    );
  }

  async stop(): Promise<void> {
    const service = this.#service;
    this.#service = null;
    if (service === null || service.exitCode !== null || service.signalCode !== null) return;
    service.kill("SIGTERM");
    await once(service, "close");
  }

  async get<T = unknown>(path: string): Promise<T> {
    const answer = await fetch(this.address + path);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Runs `genesis-mesh` in the folder of this sovereign. */
  async command(args: readonly string[]): Promise<Ended> {
    return await runReference("genesis-mesh", args, { cwd: this.dir });
  }

  /** What a command prints that must work. */
  async succeed(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.command(args);
    if (code !== 0) throw new Error(`genesis-mesh ${args.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Issues an attestation, and gives its id. */
  async attest(subject: string): Promise<string> {
    const what = ["--subject-id", subject, "--role", "role:client"];
    const printed = await this.succeed(["attestation", "issue", ...this.asOperator, ...what]);
    return (JSON.parse(printed) as { attestation_id: string }).attestation_id;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

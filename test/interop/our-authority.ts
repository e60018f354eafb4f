/** Our authority as the reference's operators meet it: two privileged keys, two treaties, and their command line. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeKeyPair } from "../../src/sign/key-file.js";
import { trustRepository } from "../helpers/cli.js";
import { commitFiles, temporaryFolder } from "../helpers/git.js";
import { keyOf } from "../helpers/keys.js";
import { Service } from "../helpers/service.js";
import { runReference, type Ended } from "./reference.js";
import { resource } from "./resource.js";

interface TreatyRow {
  readonly treaty: { readonly treaty_id: string; readonly subject_sovereign_id: string };
  readonly status: string;
  readonly lifecycle: { readonly state: string };
}

export class Ours {
  readonly dir: string;
  readonly service: Service;
  readonly #keys = temporaryFolder();

  private constructor(dir: string, service: Service) {
    this.dir = dir;
    this.service = service;
  }

  static async start(settings = "interval: 1d\n"): Promise<Ours> {
    const dir = await trustRepository();
    const sovereign = (name: string): string =>
      resource("Sovereign", name, [
        `sovereignId: ${name.toUpperCase()}`,
        `publicKeys: ["${keyOf(name).publicKey}"]`,
      ]);
    const treaty = (name: string): string =>
      resource("RecognitionTreaty", name, [
        `subject: ${name}`,
        'scope: { allowedRoles: ["role:client"] }',
      ]);
    const operator = (name: string): string =>
      resource("OperatorKey", name, [
        `keyId: ${name}`,
        `publicKey: "${keyOf(name).publicKey}"`,
        "tier: privileged",
        "holder: the operator",
      ]);
    const commit = commitFiles(dir, {
      "concordat.config.yaml": settings,
      "operators/alpha.yaml": operator("alpha"),
      "operators/beta.yaml": operator("beta"),
      "sovereigns/globex.yaml": sovereign("globex"),
      "sovereigns/initech.yaml": sovereign("initech"),
      "treaties/globex.yaml": treaty("globex"),
      "treaties/initech.yaml": treaty("initech"),
      "attestations/member.yaml": resource("MembershipAttestation", "member", [
        "subjectId: member",
        'roles: ["role:client"]',
      ]),
    });
    const service = await Service.start(["--repo", dir]);
    await service.settles(commit);
    return new Ours(dir, service);
  }

  get na(): readonly string[] {
    return ["--na", this.service.address];
  }

  /** Flags of an operator, with the key as a file of the reference's format. */
  as(keyId: string): readonly string[] {
    const prefix = join(this.#keys, keyId);
    if (!existsSync(`${prefix}.key`)) writeKeyPair(prefix, keyId, keyOf(keyId));
    return [...this.na, "--operator-key", `${prefix}.key`, "--operator-key-id", keyId];
  }

  async command(...args: readonly string[]): Promise<Ended> {
    return await runReference("genesis-mesh", args, { cwd: this.#keys });
  }

  /** What a command prints as JSON that must work. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.command(...args);
    if (code !== 0) throw new Error(`genesis-mesh ${args.join(" ")} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  async rows(...filter: readonly string[]): Promise<readonly TreatyRow[]> {
    const args = ["treaty", "list", ...this.na, "--format", "json", ...filter];
    return (await this.json<{ recognition_treaties: readonly TreatyRow[] }>(...args))
      .recognition_treaties;
  }

  async treatyWith(subject: string): Promise<string> {
    const rows = await this.rows("--subject-sovereign-id", subject);
    return rows[0]?.treaty.treaty_id ?? "none";
  }

  /** A file beside the keys. */
  file(name: string, content?: string): string {
    const path = join(this.#keys, name);
    if (content !== undefined) writeFileSync(path, content);
    return path;
  }
}

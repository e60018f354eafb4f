/** A git remote over ssh: the machine's own sshd with keys of the test, for the user who runs it. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./git.js";

const SSHD = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", process.env["SSHD"] ?? ""].findLast(
  existsSync,
);

/** Whether there is an sshd that starts: as root it needs a user and a folder of its own. */
export const CAN_SERVE_SSH = SSHD !== undefined && starts(SSHD);

export interface SshRemote {
  readonly url: string;
  readonly sshKey: string;
  readonly knownHosts: string;
}

/** Serves one repository until the test ends. */
export async function startSshRemote(repository: string): Promise<SshRemote> {
  const dir = temporaryFolder();
  const [host, user] = [makeKey(dir, "host"), makeKey(dir, "user")];
  const port = await freePort();
  const config = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${host}`,
    `AuthorizedKeysFile ${user}.pub`,
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
    "PasswordAuthentication no",
  ];
  writeFileSync(join(dir, "sshd_config"), `${config.join("\n")}\n`);
  const sshd = spawn(SSHD ?? "", ["-D", "-e", "-f", join(dir, "sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => {
    sshd.kill("SIGKILL");
  });
  let said = "";
  sshd.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  while (!said.includes("Server listening")) await once(sshd.stderr, "data");
  const knownHosts = join(dir, "known_hosts");
  const [type, key] = readFileSync(`${host}.pub`, "utf8").split(" ");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${type} ${key}\n`);
  const url = `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`;
  return { url, sshKey: user, knownHosts };
}

function starts(sshd: string): boolean {
  const dir = mkdtempSync(join(tmpdir(), "concordat-sshd-"));
  try {
    return spawnSync(sshd, ["-t", "-f", "/dev/null", "-h", makeKey(dir, "host")]).status === 0;
  } catch {
    return false;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function makeKey(dir: string, name: string): string {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, name)]);
  return join(dir, name);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

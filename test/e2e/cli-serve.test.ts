import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commitTreaties, run, start, trustRepository } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/git.js";

interface Service {
  readonly address: string;
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a service and waits until it says where it listens. */
async function serve(args: readonly string[]): Promise<Service> {
  const child = start(["serve", "--port", "0", "--json", ...args]);
  const first = await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`ended with ${String(code)}`))),
  ]);
  const { address } = JSON.parse(String(first[0])) as { readonly address: string };
  return {
    address,
    stop: async (signal) => {
      const ended = once(child, "exit");
      child.kill(signal);
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

async function fetchJson(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "serves what is applied until %s, and ends with 0",
  async (signal) => {
    const dir = await trustRepository();
    await run(["apply", "--auto-approve"], { cwd: dir });
    const service = await serve(["--repo", dir]);
    expect(await fetchJson(`${service.address}/healthz`)).toEqual({ status: "ok" });
    expect(await fetchJson(`${service.address}/connectome.json`)).toMatchObject({
      summary: { recognition_edge_count: 0 },
    });
    const commit = commitTreaties(dir, ["globex"]);
    expect((await run(["apply", "--auto-approve"], { cwd: dir })).code).toBe(0);
    expect(await fetchJson(`${service.address}/connectome.json`)).toMatchObject({
      recognition_edges: [{ from: "ACME", to: "GLOBEX", lifecycle_state: "active" }],
    });
    expect(await fetchJson(`${service.address}/readyz`)).toMatchObject({
      status: "ready",
      applied_commit: commit,
    });
    expect(await service.stop(signal)).toBe(0);
  },
);

test("a state that is not there, and a key that is not the genesis's, are refused", async () => {
  const dir = await trustRepository();
  const missing = await run(["serve", "--repo", dir, "--json"]);
  expect(missing.code).toBe(1);
  expect(missing.json()).toMatchObject({ error: { code: "state_missing" } });
  await run(["apply", "--auto-approve"], { cwd: dir });
  const key = join(dir, ".concordat/keys/root.key");
  const other = await run(["serve", "--repo", dir, "--authority-key", key, "--json"]);
  expect(other.code).toBe(6);
  expect(other.json()).toMatchObject({ error: { code: "authority_key_mismatch" } });
});

test("a port that is taken is named", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const ended = await run(["serve", "--repo", dir, "--port", String(port), "--json"]);
  taken.close();
  expect(ended.code).toBe(1);
  expect(ended.json()).toMatchObject({ error: { code: "address_in_use" } });
});

test("a state is served without any repository", async () => {
  const dir = await trustRepository();
  await run(["apply", "--auto-approve"], { cwd: dir });
  const service = await serve(["--repo", temporaryFolder(), "--db", join(dir, ".concordat/na.db")]);
  expect(await fetchJson(`${service.address}/sovereign.json`)).toMatchObject({
    sovereign_id: "ACME",
  });
  expect(await service.stop("SIGTERM")).toBe(0);
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openState } from "../../src/state/open.js";
import { run, treatyWith, trustRepository } from "../helpers/cli.js";
import { commitFiles } from "../helpers/git.js";
import { Service } from "../helpers/service.js";

const TREATIES = 200;
const KILLS = 30;
/** Treaties that each commit replaces. */
const STEP = 20;
const ROLES = ["role:client", "role:bridge", "role:anchor"] as const;
const DAILY = { env: { CONCORDAT_INTERVAL: "1d" } };
/** The log has a line when one of them is done. */
const PHASES = ["start", "fetch", "verify", "desired", "plan", "gate", "apply"] as const;

/** mulberry32: draws the same moments each time, but for what the machine makes of them. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sovereign → the roles that its treaty allows. */
type Treaties = ReadonlyMap<string, string>;

/** A repository whose every commit replaces some treaties and adds one, and that knows what each commit asks for. */
class Changing {
  readonly dir: string;
  readonly db: string;
  readonly commits: string[] = [];
  readonly asked = new Map<string, Treaties>();
  #treaties: Treaties = new Map();

  constructor(dir: string) {
    this.dir = dir;
    this.db = join(dir, ".concordat/na.db");
    const first = Array.from({ length: TREATIES }, (_, index) => `s${index}`);
    this.#commit(new Map(first.map((name) => [name, ROLES[0]])));
  }

  get head(): string {
    return this.commits.at(-1) ?? "";
  }

  next(): string {
    const count = this.commits.length;
    const names = [...this.#treaties.keys()];
    const from = (count * STEP) % names.length;
    const replaced = names.slice(from, from + STEP);
    const changed = [...replaced, `s${TREATIES + count}`];
    const role = ROLES[count % ROLES.length] ?? ROLES[0];
    return this.#commit(new Map(changed.map((name) => [name, role])));
  }

  #commit(changed: Treaties): string {
    this.#treaties = new Map([...this.#treaties, ...changed]);
    const files: Record<string, string> = {};
    for (const [name, role] of changed) files[`treaties/${name}.yaml`] = treatyWith(name, [role]);
    const commit = commitFiles(this.dir, files);
    this.commits.push(commit);
    this.asked.set(commit, this.#treaties);
    return commit;
  }
}

/** Looks at the state as a reader does. Everything that one plan writes is there, or nothing of it. */
function expectWhole({ db, asked, commits }: Changing): string | null {
  const file = new Database(db, { readonly: true });
  expect(file.pragma("integrity_check", { simple: true })).toBe("ok");
  file.close();
  const reader = openState(db);
  try {
    const { applied, treaties, inventory } = reader.snapshot();
    const events = [...reader.auditEvents({})];
    const count = (type: string): number =>
      events.filter((event) => event.event_type === type).length;

    const active = treaties.filter(({ status }) => status === "active");
    const given = active.map(({ subject, json }) => [subject.toLowerCase(), rolesOf(json)]);
    const wanted = applied === null ? new Map() : asked.get(applied.commit);
    expect(new Map(given as [string, string][])).toEqual(wanted);
    expect(active).toHaveLength(wanted?.size ?? 0);

    const owned = inventory.filter(({ kind, live }) => kind === "RecognitionTreaty" && live);
    expect(owned.map(({ objectId }) => objectId).toSorted()).toEqual(
      active.map(({ id }) => id).toSorted(),
    );
    expect(count("recognition_treaty_issued")).toBe(treaties.length);
    expect(count("recognition_treaty_revoked")).toBe(treaties.length - active.length);

    const plans = events.filter(({ event_type: type }) => type === "plan_applied");
    const order = plans.map(({ details }) =>
      commits.findIndex((commit) => commit === details["commit"]),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(new Set(order).size).toBe(order.length);
    expect(commits[order.at(-1) ?? -1] ?? null).toBe(applied?.commit ?? null);
    return applied?.commit ?? null;
  } finally {
    reader.close();
  }
}

function rolesOf(json: string): string {
  const { scope } = JSON.parse(json) as { readonly scope: { readonly allowed_roles: string[] } };
  return scope.allowed_roles.join();
}

/** Waits until the daemon has logged that the phase is done; a head is fetched before it is known. */
async function reaches(service: Service, phase: string, commit: string): Promise<void> {
  if (phase === "start") return;
  await service.until(
    `${phase} is done`,
    () => service.logged({ phase, commit: phase === "fetch" ? null : commit }),
    (lines) => lines.length > 0,
    { everyMs: 1 },
  );
}

test(
  `a daemon that is killed ${KILLS} times, at any moment, leaves all of a plan or nothing`,
  { timeout: 600_000 },
  async () => {
    const draw = generator(20_261_123);
    const repository = new Changing(await trustRepository());
    const { dir } = repository;
    const longest = new Map<string, number>();
    let acknowledged = -1;
    let applies = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const phase = PHASES[Math.floor(draw() * PHASES.length)] ?? "start";
      const fraction = draw();
      const isInFlight = draw() < 0.2;
      if (kill > 0 && !isInFlight) repository.next();
      const started = Date.now();
      const service = Service.launch(["--repo", dir], DAILY);
      if (isInFlight) {
        await service.until(
          "it has settled",
          () => service.logged({ outcome: "no_changes" }).length > 0,
        );
        repository.next();
      }
      const { head } = repository;
      await reaches(service, phase, head);
      const next = PHASES[PHASES.indexOf(phase) + 1] ?? "publish";
      const pause = fraction * (longest.get(next) ?? 500);
      await new Promise((resolve) => setTimeout(resolve, pause));
      await service.kill();

      for (const { phase: done, ms = 0, time = 0, commit = null, outcome } of service.log) {
        if (done === undefined || outcome !== "ok") continue;
        // The process comes to its first fetch only after a while.
        const took = done === "fetch" && !isInFlight ? time - started : ms;
        longest.set(done, Math.max(longest.get(done) ?? 0, took));
        if (done !== "apply") continue;
        applies += 1;
        acknowledged = Math.max(acknowledged, repository.commits.indexOf(commit ?? ""));
      }
      if (!existsSync(repository.db)) continue;
      const applied = expectWhole(repository);
      expect(repository.commits.indexOf(applied ?? "")).toBeGreaterThanOrEqual(acknowledged);
    }
    // Otherwise nothing was tried.
    expect(applies).toBeGreaterThan(0);

    const last = await Service.start(["--repo", dir], DAILY);
    await last.settles(repository.head);
    expect(await last.stop()).toBe(0);
    expect(expectWhole(repository)).toBe(repository.head);
    expect((await run(["plan", "--detailed-exitcode"], { cwd: dir })).code).toBe(0);
    expect((await run(["drift"], { cwd: dir })).code).toBe(0);
  },
);

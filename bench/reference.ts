/** Rows beside the reference: the same signed treaties in both, the same requests to both, from a process of its own. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { writeKeyPair } from "../src/sign/key-file.js";
import { findReference } from "../test/interop/find-reference.js";
import { get, importFeed, revoke, verifyWithTreaty, type Signed } from "./asked.js";
import { keyOf, repository } from "./fixture.js";
import { follow } from "./followed.js";
import { startReference } from "./reference-service.js";
import type { Asked, Job, Load } from "./requests.js";
import type { Figure, Row } from "./row.js";

const CONNECTIONS = [1, 8] as const;
const FOR_MS = 2_000;
const WARM_UP_MS = 300;
const VERIFIED = 100;
const FEEDS = 32;
const ENTRIES = 10_000;

/** What both are asked; `theirs` where the reference is asked in another way. */
interface Case {
  readonly requests: readonly Asked[];
  readonly theirs?: readonly Asked[];
  /** Whether each request can be asked once only. A run that has used them up ends before its time. */
  readonly changes?: boolean;
}

/** The cases in the order in which they are run: what changes the state comes last. Operators sign for five minutes. */
function cases(
  treaties: readonly Signed[],
): Readonly<Record<string, (connections: number) => Case>> {
  const issuers = Array.from({ length: FEEDS }, (_, index) => `S${index}`);
  // The keys of a feed are those of treaties in force: theirs stay so.
  const revocable = treaties.filter(({ subject }) => !issuers.includes(subject));
  return {
    "connectome.json": () => ({ requests: [get("/connectome.json")] }),
    // The reference has no pages: whoever wants the first asks it for the whole list.
    "treaties, first 100": () => ({
      requests: [get("/recognition-treaties?limit=100")],
      theirs: [get("/recognition-treaties")],
    }),
    "trust-path": () => ({ requests: [get("/connectome/trust-path?from=BENCH&to=S1")] }),
    "verify-with-treaty": () => ({ requests: treaties.slice(0, VERIFIED).map(verifyWithTreaty) }),
    revoke: (connections) => ({
      requests: share(revocable, connections).map(revoke),
      changes: true,
    }),
    "import 10k revocations": (connections) => ({
      requests: share(issuers, connections).map((id) => importFeed(id, ENTRIES)),
      changes: true,
    }),
  };
}

/** The part of a list that is kept for a number of connections. */
function share<T>(list: readonly T[], connections: number): readonly T[] {
  const part = Math.floor(list.length / CONNECTIONS.length);
  const index = CONNECTIONS.findIndex((each) => each === connections);
  return list.slice(index * part, (index + 1) * part);
}

function row(count: number): Row {
  return {
    name: `beside the reference, ${count / 1_000}k treaties`,
    missing: () => {
      const reference = findReference();
      return "missing" in reference ? reference.missing : null;
    },
    measure: async () => {
      const fixture = repository(count);
      const prefix = join(fixture.dir, ".concordat/authority");
      const { privatePath } = writeKeyPair(prefix, "bench-1", keyOf("authority"));
      const ours = await follow(fixture, privatePath);
      const { treaties } = ours;
      const theirs = await startReference(
        fixture,
        privatePath,
        treaties.map(({ json }) => json),
      );
      const client = fork(new URL("load-process.ts", import.meta.url), {
        serialization: "advanced",
      });
      try {
        const parts: Record<string, Figure> = {};
        for (const [name, caseFor] of Object.entries(cases(treaties))) {
          for (const connections of CONNECTIONS) {
            const asked = caseFor(connections);
            const mine = await load(client, ours.port, connections, asked);
            const other = await load(client, theirs.port, connections, {
              ...asked,
              requests: asked.theirs ?? asked.requests,
            });
            const part = `${name} ×${connections}`;
            parts[part] = beside("req/s", mine.perSecond, other.perSecond);
            parts[`${part}, p99`] = beside("ms", mine.p99, other.p99);
          }
        }
        const [first] = Object.values(parts);
        if (first === undefined) throw new Error("nothing was measured");
        return { ...first, parts };
      } finally {
        if (client.connected) client.disconnect();
        await theirs.stop();
        await ours.stop();
      }
    },
  };
}

async function load(
  client: ChildProcess,
  port: number,
  connections: number,
  { requests, changes = false }: Case,
): Promise<Load> {
  const job: Job = {
    port,
    requests,
    connections,
    again: !changes,
    warmUpMs: changes ? 0 : WARM_UP_MS,
    forMs: FOR_MS,
  };
  client.send(job);
  const over = new AbortController();
  const { signal } = over;
  const exit = once(client, "exit", { signal }).then(() => {
    throw new Error("the load has ended early");
  });
  try {
    const [figures] = (await Promise.race([once(client, "message", { signal }), exit])) as [Load];
    return figures;
  } finally {
    exit.catch(() => {});
    over.abort();
  }
}

function beside(unit: string, ours: number, theirs: number): Figure {
  return { value: ours, unit, ratio: { of: "the reference", value: ours / theirs } };
}

export const reference: readonly Row[] = [row(1_000), row(10_000)];

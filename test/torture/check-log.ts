/** Recomputes the whole log of a state, with none of the code that appended to it but the hash of a leaf. */
import { verifyDatabase } from "../../src/audit/verify-database.js";
import { leafHash, RootBuilder } from "../../src/protocol/log/merkle.js";
import { readEscrow } from "../../src/state/log/escrow.js";
import type { StateReader } from "../../src/state/reader.js";
import type { Acknowledged } from "./acknowledgement.js";

/** What is wrong with it; nothing when it holds every event, its head, what was acknowledged of it, and what stands in escrow. */
export function faultsOfLog(
  state: StateReader,
  escrow: string,
  { heads }: Pick<Acknowledged, "heads">,
): readonly string[] {
  const log = state.log();
  const head = log.head();
  const roots = new Map<number, string>();
  const builder = new RootBuilder();
  const recorded = new Set<string>();
  const faults: string[] = [];
  for (const { index, eventId, leaf, eventJson } of log.entries(0, head.size)) {
    if (index !== builder.size) faults.push(`entry ${builder.size} is missing`);
    if (eventJson === null) faults.push(`entry ${index} has no event`);
    builder.append(leafHash(leaf));
    roots.set(builder.size, Buffer.from(builder.root()).toString("base64"));
    recorded.add(eventId);
  }
  for (const { event_id } of state.auditEvents({}))
    if (!recorded.has(event_id)) faults.push(`event ${event_id} is not in the log`);
  const known = [
    ...heads.map((each) => ({ ...each, whose: "an acknowledgement" })),
    { size: head.size, root: Buffer.from(head.root).toString("base64"), whose: "the head" },
  ];
  const escrowed = readEscrow(escrow);
  if (escrowed !== null) {
    const root = Buffer.from(escrowed.root).toString("base64");
    known.push({ size: escrowed.size, root, whose: "the escrow" });
  }
  const promised = Math.max(0, ...heads.map(({ size }) => size));
  if (head.checkpoint !== null && (escrowed?.size ?? 0) < promised)
    faults.push(
      `${promised} entries were acknowledged, and the escrow knows ${escrowed?.size ?? 0}`,
    );
  for (const { size, root, whose } of known)
    if (size > 0 && roots.get(size) !== root)
      faults.push(`the log is not the one that ${whose} knew with ${size} entries`);
  const key = state.authority()?.publicKey;
  const verified = verifyDatabase(log, {
    key: key === undefined ? null : { key, from: "state" },
    escrow: escrowed,
    since: null,
  });
  return verified.fault === null ? faults : [...faults, verified.fault.message];
}

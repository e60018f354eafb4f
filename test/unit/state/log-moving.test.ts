/** A log is verified and exported while its authority goes on to write. */
import { expect, test } from "vitest";
import { exportProofs } from "../../../src/audit/export-proofs.js";
import type { LogSource } from "../../../src/audit/log-source.js";
import { verifyDatabase } from "../../../src/audit/verify-database.js";
import { verifyExport } from "../../../src/audit/verify-export.js";
import { openState } from "../../../src/state/open.js";
import type { StateReader } from "../../../src/state/reader.js";
import type { StateWriter } from "../../../src/state/writer.js";
import { commitLogged, CONFIGURE, event, openLogged, VKEY } from "../../helpers/logged.js";
import { scratchPath } from "../../helpers/state.js";

const SIZE = 1500;

function moving(use: (log: LogSource) => void): void {
  const path = scratchPath();
  const writer = openLogged(path);
  const events = Array.from({ length: SIZE }, (_, i) => event(`e${i}`, { reason: `r${i}` }));
  commitLogged(writer, events, [CONFIGURE]);
  const reader = openState(path);
  try {
    use(moved(reader, writer));
  } finally {
    reader.close();
    writer.close();
  }
}

/** With every fiftieth entry that is read, one before it and one behind it is erased, and another event is written. */
function moved(reader: StateReader, writer: StateWriter): LogSource {
  const log = reader.log();
  const erase = (index: number): void => {
    const erasure = event(`erased ${index}`, { index, field: "reason" });
    writer.erase(index, "reason", { ...erasure, event_type: "audit_field_erased" });
  };
  return {
    head: () => log.head(),
    leaf: (index) => log.leaf(index),
    *entries(from, to) {
      for (const entry of log.entries(from, to)) {
        yield entry;
        if (entry.index % 50 !== 0 || entry.index >= SIZE - 700) continue;
        erase(entry.index);
        erase(entry.index + 650);
        commitLogged(writer, [event(`behind ${entry.index} ${log.head().size}`)]);
      }
    },
    hashes: (positions) => log.hashes(positions),
    unlogged: () => log.unlogged(),
  };
}

test("it verifies as it was when the verification began", () => {
  moving((log) => {
    const key = { key: VKEY, from: "given" } as const;
    const result = verifyDatabase(log, { key, escrow: null, since: null });
    expect(result.fault).toBeNull();
    expect(result).toMatchObject({ size: SIZE, entries: SIZE, signed_size: SIZE });
    expect(result.hidden).toBeGreaterThan(5);
    expect(log.head().size).toBeGreaterThan(SIZE);
  });
});

test("its export is that of one checkpoint", () => {
  moving((log) => {
    const options = { key: VKEY, filter: {}, hidden: new Set<string>() };
    const lines = [...exportProofs(log, options)];
    const result = verifyExport(lines, { key: VKEY, since: null });
    expect(result).toMatchObject({ fault: null, entries: SIZE, size: SIZE });
    expect(result.hidden).toBeGreaterThan(5);
  });
});

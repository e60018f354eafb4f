/** A process that dies while it writes leaves the state as it was before the batch, or as it is after it. */
import { expect, test } from "vitest";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import { Child } from "../../helpers/child.js";
import {
  AT_OFFSET,
  batchOf,
  commit,
  filesBeside,
  scratchPath,
  sovereign,
} from "../../helpers/state.js";

/** Commits three sovereigns and one event on top of FIRST; `third` is the code of the third operation. */
function committing(path: string, third: string): Child {
  return new Child(`
    import { openStateForWriting } from "./src/state/open.js";
    const writer = openStateForWriting(${JSON.stringify(path)}, "test");
    const put = (name) => ({
      do: "put_sovereign",
      sovereign: { name, sovereignId: name, publicKeys: [], endpoint: "x".repeat(1 << 20), feed: { url: null, maxAge: null, suspend: false } },
    });
    const die = () => process.kill(process.pid, "SIGKILL");
    const batch = ${JSON.stringify(batchOf([]))};
    batch.events = [{ event_id: "e", event_type: "plan_applied", details: {}, created_at: ${JSON.stringify(AT_OFFSET)} }];
    batch.operations = [put("SECOND"), put("THIRD"), ${third}];
    writer.commit(batch, writer.snapshot());
    console.log("acknowledged");
    die();
  `);
}

function begun(): string {
  const path = scratchPath();
  const writer = openStateForWriting(path, "test");
  commit(writer, { do: "put_sovereign", sovereign: sovereign("FIRST") });
  writer.close();
  return path;
}

test("killed between two operations: nothing of the batch is there", async () => {
  const path = begun();
  const before = openState(path).snapshot();
  const child = committing(path, '{ get do() { die(); return "remove_policy"; } }');
  expect(await child.ends()).toBe("SIGKILL");
  const reader = openState(path);
  expect(reader.snapshot()).toEqual(before);
  expect([...reader.auditEvents({})]).toEqual([]);
  reader.close();
  const writer = openStateForWriting(path, "test");
  expect(writer.snapshot()).toEqual(before);
  commit(writer, { do: "put_sovereign", sovereign: sovereign("NEXT") });
  writer.close();
  expect(filesBeside(path)).toEqual(["na.db", "na.db.lock"]);
});

test("killed after the acknowledgement: all of the batch is there, with its event", async () => {
  const path = begun();
  const child = committing(path, 'put("FOURTH")');
  await child.prints("acknowledged");
  expect(await child.ends()).toBe("SIGKILL");
  const reader = openState(path);
  const { sovereigns, generation } = reader.snapshot();
  expect(sovereigns.map((row) => row.sovereignId)).toEqual(["FIRST", "FOURTH", "SECOND", "THIRD"]);
  expect(generation).toBe(2);
  expect([...reader.auditEvents({})].map((event) => event.event_id)).toEqual(["e"]);
  reader.close();
});

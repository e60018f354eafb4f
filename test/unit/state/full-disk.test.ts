/** On a disk that takes no more, a batch is not acknowledged, nothing of it is there, and the writer writes no more. */
import { expect, test } from "vitest";
import { openState, openStateForWriting } from "../../../src/state/open.js";
import { Child } from "../../helpers/child.js";
import { batchOf, closedState, commit, filesBeside, treaty } from "../../helpers/state.js";

const BLOCKS = 1024;
const TOO_MUCH = BLOCKS * 512 * 2;

function filling(path: string): Child {
  return new Child(
    `
      import { openStateForWriting } from "./src/state/open.js";
      const writer = openStateForWriting(${JSON.stringify(path)}, "test");
      const planned = writer.snapshot();
      const attempt = (name, write) => {
        try {
          write();
          console.log(name, "acknowledged");
        } catch (error) {
          console.log(name, error.code, error.message);
        }
      };
      const endpoint = "x".repeat(${TOO_MUCH});
      const sovereign = { name: "FAR", sovereignId: "FAR", publicKeys: [], endpoint, feed: { url: null, maxAge: null, suspend: false } };
      const batch = ${JSON.stringify(batchOf([]))};
      const event = { event_id: "e", event_type: "plan_applied", details: {}, created_at: "t" };
      attempt("large", () => writer.commit({ ...batch, operations: [{ do: "put_sovereign", sovereign }], events: [event] }, planned));
      attempt("small", () => writer.note([{ do: "resume" }], []));
      attempt("close", () => writer.close());
      console.log("done");
    `,
    { fileBlocks: BLOCKS },
  );
}

test("a batch that does not fit", async () => {
  const path = closedState();
  const before = openState(path).snapshot();
  const child = filling(path);
  await child.prints("large state_unreadable na.db cannot be used: ");
  // It would fit, but what the failed write left on the disk is not known.
  await child.prints("small state_unreadable na.db cannot be used: ");
  await child.prints("close acknowledged");
  await child.prints("done");
  expect(await child.ends()).toBe(0);

  const writer = openStateForWriting(path, "test");
  expect(writer.snapshot()).toEqual(before);
  expect([...writer.auditEvents({})]).toEqual([]);
  commit(writer, { do: "issue_treaty", treaty: treaty("new") });
  writer.close();
  expect(filesBeside(path)).toEqual(["na.db", "na.db.lock"]);
});

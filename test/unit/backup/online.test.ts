/** A backup beside a process that writes without a pause, and on a disk that is full. */
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRestingState } from "../../../src/state/backup/read.js";
import { BackedUp } from "../../helpers/backup.js";
import { Child } from "../../helpers/child.js";
import { AT_OFFSET } from "../../helpers/state.js";

/** Each commit saves one sovereign and logs one event. */
function writingTo(db: string): Child {
  return new Child(`
    import { openStateForWriting } from "./src/state/open.js";
    const writer = openStateForWriting(${JSON.stringify(db)}, "test");
    for (let number = 1; ; number += 1) {
      const id = "S" + number;
      const sovereign = { name: id.toLowerCase(), sovereignId: id, publicKeys: [], endpoint: null, feed: { url: null, maxAge: null, suspend: false } };
      const event = { event_id: id, event_type: "sovereign_saved", details: {}, created_at: ${JSON.stringify(AT_OFFSET)} };
      writer.commit({ operations: [{ do: "put_sovereign", sovereign }], notes: [], events: [event], applied: null }, { generation: writer.generation() });
      if (number === 10) console.log("writing");
    }
  `);
}

test("each holds one moment of a state that goes on: as many changes as entries", async () => {
  const world = new BackedUp();
  world.writer.close();
  const before = world.back({ output: join(world.folder, "before.db") }).counts;
  const child = writingTo(world.db);
  await child.prints("writing");
  let last = before.sovereigns + 9;
  for (const name of ["one.db", "two.db", "three.db", "four.db"]) {
    const file = join(world.folder, name);
    const { counts } = world.back({ output: file });
    expect(world.verify(file).counts).toEqual(counts);
    expect(counts.sovereigns - before.sovereigns).toBe(counts.log_entries - before.log_entries);
    expect(counts.sovereigns).toBeGreaterThan(last);
    last = counts.sovereigns;
    const copy = openRestingState(file, null);
    expect(copy.reader.sovereign(`S${counts.sovereigns - before.sovereigns}`)).not.toBeNull();
    copy.close();
  }
  await child.kill();
  world.close();
});

test("one that does not fit on the disk leaves nothing behind", async () => {
  const world = new BackedUp();
  const folder = join(world.dir, "small");
  mkdirSync(folder);
  const child = new Child(
    `
      import { makeBackup } from "./src/backup/make.js";
      import { keyOf } from "./test/helpers/keys.js";
      try {
        makeBackup({ db: ${JSON.stringify(world.db)}, output: ${JSON.stringify(join(folder, "one.db"))}, signer: keyOf("authority"),
          now: ${world.now}n, escrow: ${JSON.stringify(`${world.db}.escrow`)}, force: false, holder: "test" });
        console.log("made");
      } catch (error) {
        console.log(error.code);
      }
    `,
    // The state has more pages; the lock and its note have their room.
    { fileBlocks: 64 },
  );
  await child.prints("unwritable_file");
  expect(await child.ends()).toBe(0);
  expect(readdirSync(folder)).toEqual([".concordat-backup.lock"]);
  world.close();
});

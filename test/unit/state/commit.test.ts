/** A commit is a compare-and-swap: it names the state it is for, and gives the generation it made. */
import { expect, test } from "vitest";
import type { Operation } from "../../../src/model/state.js";
import { emptyState, openStateForWriting } from "../../../src/state/open.js";
import type { StateWriter } from "../../../src/state/writer.js";
import {
  batchOf,
  commit,
  expectError,
  scratchPath,
  sovereign,
  treaty,
  withPlainDatabase,
  withWriter,
} from "../../helpers/state.js";

test("a new state equals no state", () => {
  withWriter((writer) => expect(writer.snapshot()).toEqual(emptyState().snapshot()));
});

test("a commit gives the generation that the next snapshot shows, one generation on", () => {
  withWriter((writer) => {
    const operations = ["a", "b"].map((id): Operation => ({
      do: "issue_treaty",
      treaty: treaty(id),
    }));
    expect(writer.commit(batchOf(operations), writer.snapshot())).toBe(1);
    expect(writer.snapshot()).toMatchObject({ generation: 1, applied: batchOf([]).applied });
  });
});

test("an empty batch raises the generation and keeps the digest", () => {
  withWriter((writer) => {
    const { digest } = writer.snapshot();
    expect(writer.commit(batchOf([]), writer.snapshot())).toBe(1);
    expect(writer.snapshot().digest).toBe(digest);
  });
});

test("a batch for another digest is stale, and writes nothing", () => {
  withWriter((writer) => {
    const old = writer.snapshot();
    commit(writer, { do: "issue_treaty", treaty: treaty("a") });
    const before = writer.snapshot();
    const error = expectError("stale_plan", () =>
      writer.commit(batchOf([{ do: "issue_treaty", treaty: treaty("b") }]), old),
    );
    expect(error.details).toEqual({
      expected: { generation: 0, digest: old.digest },
      found: { generation: 1, digest: before.digest },
    });
    expect(writer.snapshot()).toEqual(before);
  });
});

test("a right generation does not excuse a wrong digest", () => {
  withWriter((writer) => {
    const { generation } = writer.snapshot();
    expectError("stale_plan", () =>
      writer.commit(batchOf([]), { generation, digest: `sha256:${"0".repeat(64)}` }),
    );
  });
});

test("a batch that names a generation alone is stale after any write, and only then", () => {
  withWriter((writer, path) => {
    const read = writer.generation();
    writer.note([{ do: "resume" }], []);
    expect(writer.commit(batchOf([]), { generation: read })).toBe(read + 1);
    const error = expectError("stale_plan", () => writer.commit(batchOf([]), { generation: read }));
    expect(error.details).toEqual({
      expected: { generation: read },
      found: { generation: read + 1 },
    });
    withPlainDatabase(path, (database) =>
      database.exec("INSERT INTO revoked_operator_keys VALUES ('k', 't', 'r', 'b')"),
    );
    expectError("stale_plan", () => writer.commit(batchOf([]), { generation: read + 1 }));
    expect(writer.commit(batchOf([]), { generation: read + 2 })).toBe(read + 3);
  });
});

test("a write that was taken back leaves the digest, and so does not make a plan stale", () => {
  withWriter((writer, path) => {
    const planned = writer.snapshot();
    withPlainDatabase(path, (database) => {
      database.exec("INSERT INTO revoked_operator_keys VALUES ('k', 't', 'r', 'b')");
      database.exec("DELETE FROM revoked_operator_keys");
    });
    expect(writer.generation()).toBe(2);
    expect(writer.commit(batchOf([]), planned)).toBe(3);
    expect(writer.snapshot().digest).toBe(planned.digest);
  });
});

test("a second writer's plan is stale after the first one's commit", () => {
  const path = scratchPath();
  const first = openStateForWriting(path, "first");
  const planned = first.snapshot();
  commit(first, { do: "put_sovereign", sovereign: sovereign("FAR") });
  first.close();
  const second = openStateForWriting(path, "second");
  expectError("stale_plan", () => second.commit(batchOf([]), planned));
  second.close();
});

test("a trigger that was added while the state is open stops every commit", () => {
  withWriter((writer, path) => {
    commit(writer);
    withPlainDatabase(path, (database) =>
      database.exec(
        "CREATE TRIGGER sly AFTER INSERT ON recognition_treaties BEGIN DELETE FROM revoked_operator_keys; END",
      ),
    );
    const { digest, generation } = writer.snapshot();
    const error = expectError("state_corrupt", () =>
      writer.commit(batchOf([]), { digest, generation }),
    );
    expect(error.message).toContain("trigger sly was added");
    withPlainDatabase(path, (database) => database.exec("DROP TRIGGER sly"));
    // What failed once is not tried again before the file was opened and checked anew.
    expectError("state_corrupt", () => writer.commit(batchOf([]), { digest, generation }));
  });
});

test("and every note, and the cache", () => {
  const writes = [
    (writer: StateWriter) => writer.note([{ do: "resume" }], []),
    (writer: StateWriter) => writer.cacheResources(new Map([["blob", []]])),
  ];
  for (const write of writes) {
    withWriter((writer, path) => {
      write(writer);
      withPlainDatabase(path, (database) =>
        database.exec(
          "CREATE TRIGGER sly AFTER INSERT ON audit_events BEGIN DELETE FROM concordat_drift; END",
        ),
      );
      expectError("state_corrupt", () => write(writer));
    });
  }
});

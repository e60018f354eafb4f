/** The cache of parsed resources: exact, bounded, and no part of the revision. */
import { expect, test } from "vitest";
import { JsonFloat } from "../../../src/model/json.js";
import type { Resource } from "../../../src/model/resources.js";
import type { Operation } from "../../../src/model/state.js";
import { openState } from "../../../src/state/open.js";
import { commit, inventoryEntry, withPlainDatabase, withWriter } from "../../helpers/state.js";

function resource(name: string, blob: string): Resource {
  return {
    kind: "RecognitionTreaty",
    name,
    spec: {
      subject: "far",
      scope: {
        allowedRoles: [],
        claims: { whole: 1, largest: Number.MAX_SAFE_INTEGER, é: null, list: [true, "10"] },
      },
    },
    source: { file: `${name}.yaml`, line: 1, column: 1, blob },
    positions: { "/spec/subject": [4, 3] },
  };
}

function treeOf(...blobs: readonly string[]): ReadonlyMap<string, readonly Resource[]> {
  return new Map(
    blobs.map((blob) => [blob, [resource(`one-${blob}`, blob), resource(`two-${blob}`, blob)]]),
  );
}

test("gives back what was put but for positions, and nothing for other blobs", () => {
  withWriter((writer, path) => {
    expect(writer.resources(["a", "b"])).toEqual(new Map());
    writer.cacheResources(treeOf("b", "a"));
    writer.cacheResources(new Map([...treeOf("a"), ["empty", []]]));
    const reader = openState(path);
    const found = reader.resources(["a", "empty", "unknown"]);
    reader.close();
    expect([...found.keys()].toSorted()).toEqual(["a", "empty"]);
    expect(found.get("empty")).toEqual([]);
    // Positions serve to show faults, and a tree with a fault is read from git.
    expect(found.get("a")).toEqual(
      treeOf("a")
        .get("a")
        ?.map((item) => ({ ...item, positions: {} })),
    );
  });
});

test("leaves generation and digest as they are", () => {
  withWriter((writer) => {
    const before = writer.snapshot();
    writer.cacheResources(treeOf("a"));
    expect(writer.snapshot()).toEqual(before);
  });
});

test("forgets what is neither new nor applied, once it is more than the rest", () => {
  withWriter((writer, path) => {
    const cached = (): unknown[] =>
      withPlainDatabase(path, (database) =>
        database.prepare("SELECT blob FROM concordat_resources").pluck().all(),
      );
    const applied = (name: string, blob: string): Operation => {
      const entry = inventoryEntry(name);
      return { do: "record", entry: { ...entry, source: { ...entry.source, blob } } };
    };
    writer.cacheResources(treeOf("a", "b", "c"));
    commit(writer, applied("one", "a"), applied("two", "b"), applied("three", "c"));
    // One file of many was edited: the others stay.
    writer.cacheResources(treeOf("c2"));
    commit(writer, applied("three", "c2"));
    writer.cacheResources(treeOf("c3"));
    writer.cacheResources(treeOf("c4"));
    expect(cached()).toEqual(["a", "b", "c", "c2", "c3", "c4"]);
    writer.cacheResources(treeOf("c5"));
    expect(cached()).toEqual(["a", "b", "c2", "c5"]);
  });
});

test("what another version of the parser left is not believed", () => {
  withWriter((writer, path) => {
    withPlainDatabase(path, (database) =>
      database.exec("INSERT INTO concordat_resources VALUES ('a', 0, '[]')"),
    );
    expect(writer.resources(["a"]).size).toBe(0);
    writer.cacheResources(treeOf("a"));
    expect(writer.resources(["a"]).get("a")).toHaveLength(2);
  });
});

test("a writer that is closed writes nothing", () => {
  withWriter((writer) => {
    writer.close();
    expect(() => writer.cacheResources(treeOf("a"))).toThrow("not open");
  });
});

test("what holds a float is not kept, for plain JSON would make an integer of it", () => {
  withWriter((writer) => {
    const [plain] = treeOf("a").get("a") ?? [];
    if (plain?.kind !== "RecognitionTreaty") throw new Error("no treaty");
    const metadata = { deep: [{ ratio: new JsonFloat(1) }] };
    const withFloat: Resource = { ...plain, spec: { ...plain.spec, metadata } };
    writer.cacheResources(new Map([...treeOf("a"), ["float", [plain, withFloat]]]));
    expect([...writer.resources(["a", "float"]).keys()]).toEqual(["a"]);
  });
});

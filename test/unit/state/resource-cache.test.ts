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
        claims: { whole: 1, float: new JsonFloat(1), big: 2n ** 60n, é: null },
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

test("gives back what was put, floats and large integers included, and nothing for other blobs", () => {
  withWriter((writer, path) => {
    expect(writer.resources(["a", "b"])).toEqual(new Map());
    writer.cacheResources(treeOf("b", "a"));
    writer.cacheResources(new Map([...treeOf("a"), ["empty", []]]));
    const reader = openState(path, "read");
    const found = reader.resources(["a", "empty", "unknown"]);
    reader.close();
    expect([...found.keys()].toSorted()).toEqual(["a", "empty"]);
    expect(found.get("empty")).toEqual([]);
    expect(JSON.stringify(found.get("a"), plain)).toBe(JSON.stringify(treeOf("a").get("a"), plain));
  });
});

/** Shows the kinds of numbers apart, and keys in one order. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `bigint ${value}`;
  if (value instanceof JsonFloat) return `float ${value.value}`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

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

/** The escrow tells a state that was cut short, set back or replaced, and a writer without it acknowledges nothing. */
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { canonicalJson } from "../../../src/protocol/canonical.js";
import { signCheckpoint } from "../../../src/protocol/log/checkpoint.js";
import { EMPTY_ROOT } from "../../../src/protocol/log/merkle.js";
import { vkeyOf } from "../../../src/protocol/log/vkey.js";
import { escrowBeside, readEscrow } from "../../../src/state/log/escrow.js";
import { appendToEscrow, type EscrowLine } from "../../../src/state/log/escrow-file.js";
import { openState, openStateForServing, openStateForWriting } from "../../../src/state/open.js";
import { keyOf } from "../../helpers/keys.js";
import {
  commitLogged,
  CONFIGURE,
  escrowedSizes,
  escrowOf,
  event,
  expectRefusedBoth,
  logged,
  logOptions,
  openLogged,
  ORIGIN,
  VKEY,
} from "../../helpers/logged.js";
import { expectError, scratchPath } from "../../helpers/state.js";

function linesOf(path: string): readonly string[] {
  return readFileSync(escrowOf(path), "utf8").split("\n");
}

test("the escrow holds one signed line for each checkpoint, for its owner alone", () => {
  const path = logged();
  expect(escrowedSizes(escrowOf(path))).toEqual([1, 2, 3]);
  expect(statSync(escrowOf(path)).mode & 0o777).toBe(0o600);
  const reader = openState(path);
  const { root, checkpoint } = reader.log().head();
  reader.close();
  expect(readEscrow(escrowOf(path))).toEqual({
    size: 3,
    root,
    origin: ORIGIN,
    checkpoint,
    vkey: VKEY,
  });
  expect(escrowBeside(path)).toBe(escrowOf(path));
});

test("a state from yesterday that was copied back is refused", () => {
  const path = logged();
  const old = `${path}.yesterday`;
  copyFileSync(path, old);
  const writer = openLogged(path);
  commitLogged(writer, [event("today")]);
  writer.close();
  copyFileSync(old, path);
  rmSync(old);
  expect(expectRefusedBoth("log_rolled_back", path)).toMatch(/3 log entries, and .* knows of 4/);
});

test("a state that went another way since is refused, also when it is longer", () => {
  const path = logged();
  const twin = join(dirname(path), "twin.db");
  copyFileSync(path, twin);
  copyFileSync(escrowOf(path), escrowOf(twin));
  const writer = openLogged(path);
  commitLogged(writer, [event("here")]);
  writer.close();
  const other = openLogged(twin);
  commitLogged(other, [event("there")]);
  commitLogged(other, [event("and further")]);
  other.close();
  renameSync(twin, path);
  expect(expectRefusedBoth("log_rolled_back", path)).toMatch("not those that");
});

test("another authority's state in its place is refused", () => {
  const path = logged();
  const writer = openLogged(join(dirname(path), "other.db"));
  const authority = { ...("authority" in CONFIGURE ? CONFIGURE.authority : expect.fail()) };
  commitLogged(
    writer,
    [event("x")],
    [{ do: "put_authority", authority: { ...authority, sovereignId: "OTHER" } }],
  );
  writer.close();
  renameSync(join(dirname(path), "other.db"), path);
  expect(expectRefusedBoth("log_rolled_back", path)).toMatch("OTHER/audit");
});

test("a state that is gone is not begun again", () => {
  const path = logged();
  rmSync(path);
  const error = expectError("log_rolled_back", () => openLogged(path));
  expect(error.message).toMatch("there is no state");
  expect(existsSync(path)).toBe(false);
});

test.each([1, 3])("a state without its escrow is refused, once it had one: %i commits", (count) => {
  const path = logged(count);
  rmSync(escrowOf(path));
  expect(expectRefusedBoth("escrow_missing", path)).toMatch(escrowOf(path));
});

test("a state that was never signed needs no escrow", () => {
  const path = scratchPath();
  const writer = openStateForWriting(path, "test", logOptions(path, null));
  commitLogged(writer, [event("a")], [CONFIGURE]);
  expect(writer.log().head()).toMatchObject({ size: 1, origin: ORIGIN, checkpointSize: 0 });
  writer.close();
  expect(existsSync(escrowOf(path))).toBe(false);
  openStateForServing(path, escrowOf(path)).close();
  // The next one with a key signs what waits, as it opens.
  const next = openLogged(path);
  expect(next.log().head()).toMatchObject({ size: 1, checkpointSize: 1 });
  expect(escrowedSizes(escrowOf(path))).toEqual([1]);
  next.close();
});

test("a key that is not the authority's signs nothing", () => {
  const path = scratchPath();
  const writer = openLogged(path, { signer: () => keyOf("another") });
  commitLogged(writer, [event("a")], [CONFIGURE]);
  expect(writer.log().head()).toMatchObject({ size: 1, checkpoint: null });
  writer.close();
});

test("what a crash kept from the escrow is put there at the next start", () => {
  const path = logged(2);
  const before = readFileSync(escrowOf(path), "utf8");
  const writer = openLogged(path);
  commitLogged(writer, [event("last")]);
  writer.close();
  writeFileSync(escrowOf(path), before);
  openStateForServing(path, escrowOf(path)).close();
  // The key is not needed for it: the checkpoint stands in the state.
  openStateForWriting(path, "test", logOptions(path, null)).close();
  expect(escrowedSizes(escrowOf(path))).toEqual([1, 2, 3]);
});

test("a last line that was cut short is a crash's trace, and goes", () => {
  const path = logged();
  truncateSync(escrowOf(path), statSync(escrowOf(path)).size - 20);
  expect(readEscrow(escrowOf(path))?.size).toBe(2);
  openLogged(path).close();
  expect(escrowedSizes(escrowOf(path))).toEqual([1, 2, 3]);
});

test.each([
  { lost: "its beginning", from: 0, to: 40 },
  { lost: "its middle", from: 40, to: 90 },
  { lost: "one byte, the first", from: 0, to: 1 },
])("a last line of which a crash lost $lost goes too", ({ from, to }) => {
  const path = logged();
  const bytes = readFileSync(escrowOf(path));
  const start = bytes.lastIndexOf("\n", -2) + 1;
  writeFileSync(escrowOf(path), bytes.fill(0, start + from, start + to));
  expect(readEscrow(escrowOf(path))?.size).toBe(2);
  openLogged(path).close();
  expect(escrowedSizes(escrowOf(path))).toEqual([1, 2, 3]);
});

test("zeros in an earlier line are damage, and so is a single one in the last", () => {
  const path = logged();
  const whole = readFileSync(escrowOf(path));
  for (const [from, to] of [
    [0, 40],
    [whole.length - 100, whole.length - 99],
  ]) {
    writeFileSync(escrowOf(path), Buffer.from(whole).fill(0, from, to));
    expectRefusedBoth("escrow_damaged", path);
  }
});

test("what a crash left unfinished is not written on", () => {
  const path = `${scratchPath()}.escrow`;
  const [first = "", second = "", third = ""] = linesOf(logged());
  writeFileSync(path, `${first}\n${second.slice(0, 50)}`, { mode: 0o600 });
  const { checkpoint = "", vkey = "" } = JSON.parse(third) as Partial<EscrowLine>;
  appendToEscrow(path, { checkpoint, vkey }, false);
  expect(escrowedSizes(path)).toEqual([1, 3]);
});

test("any other fault in the escrow is damage", () => {
  const path = logged();
  const whole = readFileSync(escrowOf(path));
  for (const at of [3, 60, 200, whole.indexOf("\n"), whole.lastIndexOf("\n") - 9]) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(escrowOf(path), bytes);
    expectRefusedBoth("escrow_damaged", path);
  }
  writeFileSync(
    escrowOf(path),
    whole.toString().split("\n").slice(0, 3).toReversed().join("\n") + "\n",
  );
  expectRefusedBoth("escrow_damaged", path);
});

test.each([
  { why: "two histories of one size", root: Buffer.alloc(32), origin: ORIGIN },
  { why: "another log between its own", root: EMPTY_ROOT, origin: "OTHER/audit" },
])("an escrow with $why is damaged, however well both are signed", ({ root, origin }) => {
  const path = logged();
  const [first = "", second = "", third = ""] = readFileSync(escrowOf(path), "utf8").split("\n");
  const checkpoint = signCheckpoint({ size: 3, root }, origin, keyOf("home"));
  const odd = canonicalJson({ checkpoint, vkey: vkeyOf(origin, keyOf("home").publicKey) });
  writeFileSync(escrowOf(path), `${[first, second, odd, third].join("\n")}\n`);
  expectRefusedBoth("escrow_damaged", path);
});

test("the escrow is a plain file of ours, or nothing is written", () => {
  const path = logged();
  const kept = `${escrowOf(path)}.kept`;
  const put: Record<string, () => void> = {
    "a folder": () => mkdirSync(escrowOf(path)),
    "a device": () => symlinkSync("/dev/full", escrowOf(path)),
    "a link": () => symlinkSync(kept, escrowOf(path)),
    "a FIFO": () => execFileSync("mkfifo", [escrowOf(path)]),
    "a program": () => {
      copyFileSync(kept, escrowOf(path));
      chmodSync(escrowOf(path), 0o700);
    },
    "a file that others write": () => {
      copyFileSync(kept, escrowOf(path));
      chmodSync(escrowOf(path), 0o622);
    },
  };
  renameSync(escrowOf(path), kept);
  for (const [what, make] of Object.entries(put)) {
    make();
    const { code } = expectError("escrow_unusable", () => openLogged(path));
    expect(code, what).toBe("escrow_unusable");
    rmSync(escrowOf(path), { recursive: true });
  }
  const elsewhere = join(dirname(path), "no-such-folder", "escrow");
  const other = scratchPath();
  for (const escrow of [elsewhere, "/dev/full"])
    expectError("escrow_unusable", () => openLogged(other, { escrow }));
});

test("a commit whose checkpoint cannot be kept is not acknowledged, and the next start goes on", () => {
  const path = scratchPath();
  const writer = openLogged(path);
  commitLogged(writer, [event("a")], [CONFIGURE]);
  const kept = `${escrowOf(path)}.kept`;
  renameSync(escrowOf(path), kept);
  const error = expectError("escrow_unusable", () => commitLogged(writer, [event("b")]));
  expect(error.message).toMatch(escrowOf(path));
  // From now on it writes nothing, also not what would not need the escrow.
  expectError("escrow_unusable", () => writer.note([], []));
  writer.close();
  renameSync(kept, escrowOf(path));
  const next = openLogged(path);
  expect(next.log().head()).toMatchObject({ size: 2, checkpointSize: 2 });
  expect(escrowedSizes(escrowOf(path))).toEqual([1, 2]);
  next.close();
});

test("an escrow that has grown is rewritten to its newest line", () => {
  const path = logged(2);
  const line = readFileSync(escrowOf(path), "utf8").split("\n")[1] ?? "";
  while (statSync(escrowOf(path)).size < 65_536) appendFileSync(escrowOf(path), `${line}\n`);
  const writer = openLogged(path);
  commitLogged(writer, [event("c")]);
  commitLogged(writer, [event("d")]);
  writer.close();
  expect(escrowedSizes(escrowOf(path))).toEqual([3, 4]);
  expect(existsSync(`${escrowOf(path)}.new`)).toBe(false);
});

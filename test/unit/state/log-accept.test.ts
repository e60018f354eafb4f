/** Whoever answers for a lost escrow begins another, and the log says that it was so. */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { openStateAcceptingEscrow } from "../../../src/state/open.js";
import {
  commitLogged,
  escrowedSizes,
  escrowOf,
  event,
  logged,
  logOptions,
  openLogged,
} from "../../helpers/logged.js";
import { expectError, scratchPath } from "../../helpers/state.js";

function accept(path: string): void {
  const writer = openStateAcceptingEscrow(path, "test", logOptions(path));
  writer.note([], [event("accepted")]);
  writer.close();
}

test("a missing escrow is begun anew with the event that accepts it", () => {
  const path = logged();
  rmSync(escrowOf(path));
  accept(path);
  expect(escrowedSizes(escrowOf(path))).toEqual([4]);
  const writer = openLogged(path);
  commitLogged(writer, [event("next")]);
  writer.close();
  expect(escrowedSizes(escrowOf(path))).toEqual([4, 5]);
});

test("a damaged one is kept as evidence", () => {
  const path = logged();
  writeFileSync(escrowOf(path), "{}\n");
  accept(path);
  const [kept = ""] = readdirSync(dirname(path)).filter((name) => name.includes(".until-"));
  expect(readFileSync(`${dirname(path)}/${kept}`, "utf8")).toBe("{}\n");
  openLogged(path).close();
});

test("an escrow that is whole is not replaced, and a state that was set back is not accepted", () => {
  const path = logged();
  expectError("escrow_intact", () => accept(path));
  copyFileSync(path, `${path}.old`);
  const writer = openLogged(path);
  commitLogged(writer, [event("next")]);
  writer.close();
  copyFileSync(`${path}.old`, path);
  expectError("log_rolled_back", () => accept(path));
  expectError("state_missing", () => accept(scratchPath()));
  expect(escrowedSizes(escrowOf(path))).toEqual([1, 2, 3, 4]);
});

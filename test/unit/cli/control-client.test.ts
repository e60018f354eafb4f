import { join } from "node:path";
import { expect, test } from "vitest";
import { ControlClient, whereItRuns } from "../../../src/cli/control-client.js";
import { temporaryFolder } from "../../helpers/git.js";

test.each([
  ["that is not there", "none.sock"],
  ["whose path is too long for one", `${"x".repeat(120)}.sock`],
])("at a socket %s nobody listens, and what was asked is done here", async (_, name) => {
  const socket = join(temporaryFolder(), name);
  await expect(new ControlClient(socket).status()).rejects.toMatchObject({ code: "no_controller" });
  const where = whereItRuns(
    socket,
    async (controls) => (await controls.status()).version,
    async () => "here",
  );
  expect(await where).toBe("here");
});

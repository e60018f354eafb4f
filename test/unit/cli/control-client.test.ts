import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
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

test("a controller that dies in the middle of its answer has failed", async () => {
  const socket = join(temporaryFolder(), "sock");
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write('{"format":', () => response.destroy());
  }).listen(socket);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  await expect(new ControlClient(socket).status()).rejects.toMatchObject({
    code: "controller_failed",
  });
});

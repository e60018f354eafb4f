import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSettingsFile, SETTINGS_FILE } from "../../../src/cli/settings-file.js";
import { temporaryFolder } from "../../helpers/git.js";

// As when a service's user is given a command in somebody's home. root may read everything.
test.skipIf(process.getuid?.() === 0)("a folder that this user may not enter is named so", () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o000);
  expect(() => readSettingsFile(join(folder, SETTINGS_FILE))).toThrow(/may not be read by this/);
  chmodSync(folder, 0o700);
});

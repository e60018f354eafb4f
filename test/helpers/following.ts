/** Opens a remote of the tests as the daemon does. */
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openSource, type Source } from "../../src/git/source.js";
import { temporaryFolder } from "./git.js";
import type { GitRemote } from "./git-remote.js";

type Options = Partial<Parameters<typeof openSource>[0]>;

/** Its `main`, trusted by its certificate, into a mirror of its own; stopped when the test ends. */
export async function following(remote: GitRemote, options: Options = {}): Promise<Source> {
  const source = await openSource({
    repo: remote.url,
    ref: "main",
    mirror: join(temporaryFolder(), "mirror"),
    ...options,
    credentials: { caFile: remote.caFile, ...options.credentials },
  });
  onTestFinished(() => source.stop());
  return source;
}

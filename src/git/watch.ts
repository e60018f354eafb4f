/** Tells when a ref of a repository moved. The work tree is not watched: only commits count. */
import { join } from "node:path";
import { watch } from "chokidar";
import { discover } from "./discover.js";

/** A commit or a fetch touches several files at once. */
const SETTLE_MS = 50;

/**
 * Calls `onChange` after every burst of ref updates, until the returned function has been called.
 * Errors of the file system watch count as a change: look again rather than miss one. Throws not_a_repository.
 */
export async function watchRefs(dir: string, onChange: () => void): Promise<() => Promise<void>> {
  const { gitDir, commonDir } = await discover(dir);
  const paths = [
    join(gitDir, "HEAD"),
    ...["packed-refs", "refs", "reftable"].map((name) => join(commonDir, name)),
  ];
  const watcher = watch(paths, { ignoreInitial: true, ignored: /\.lock$/, followSymlinks: false });
  let timer: NodeJS.Timeout | undefined;
  const settle = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
  };
  watcher.on("all", settle).on("error", settle);
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}

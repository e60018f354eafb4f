/** The folder of a mirror: a bare repository that is Concordat's alone. Whatever else lies in it is taken away. */
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { AppError } from "../errors.js";

export type ObjectFormat = "sha1" | "sha256";

/** The one ref of a mirror. */
export const INCOMING = "refs/incoming/head";

/** Says whose mirror this is. Nothing is deleted in a folder without it. */
const MARKER = "concordat-mirror";
/** All that a fetch leaves behind. A killed one also leaves locks and parts of packs. */
const BELONGS =
  /^(?:concordat-mirror|HEAD|config|refs\/incoming\/head|objects\/[0-9a-f]{2}\/[0-9a-f]{38,62}|objects\/pack\/pack-[0-9a-f]{40,64}\.(?:pack|idx|rev))$/;
/** Where one of these was, objects may be missing, or lie elsewhere (docs/threats.md G9). */
const CUTS_HISTORY =
  /^(?:shallow|commondir|info\/grafts|objects\/info\/(?:alternates|http-alternates))$/;
const REF = /^(?:[0-9a-f]{40}|[0-9a-f]{64})\n$/;

export class MirrorFolder {
  readonly path: string;
  readonly #address: string;
  #format: ObjectFormat = "sha1";

  constructor(path: string, address: string) {
    this.path = path;
    this.#address = address;
  }

  /**
   * Makes the folder fit to fetch into: made where there is none, anew where it cannot be trusted, and otherwise without
   * anything that does not belong. Throws unwritable_file, also for a folder that is no mirror.
   */
  prepare(): Promise<void> {
    return this.#guard(async () => {
      await mkdir(this.path, { recursive: true, mode: 0o700 });
      const stat = await lstat(this.path);
      if (!stat.isDirectory() || stat.uid !== (process.geteuid?.() ?? stat.uid)) {
        throw this.#unusable("is not a folder of this user's own");
      }
      await chmod(this.path, 0o700);
      const entries = await this.#entries();
      const mark = await this.#mark(entries);
      const format = (["sha1", "sha256"] as const).find((each) => mark === this.#markFor(each));
      this.#format = format ?? "sha1";
      if (format !== undefined && (await this.#tidy(entries))) await this.#configure();
      else await this.#remake();
    });
  }

  /** Empties the mirror. Throws unwritable_file. */
  remake(format: ObjectFormat = this.#format): Promise<void> {
    this.#format = format;
    return this.#guard(() => this.#remake());
  }

  /** The bytes of all objects, also of those that are being fetched. */
  async objectBytes(): Promise<number> {
    const entries = await readdir(join(this.path, "objects"), {
      recursive: true,
      withFileTypes: true,
    });
    let bytes = 0;
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      // Git renames and removes files meanwhile.
      const stat = await lstat(join(entry.parentPath, entry.name)).catch(() => null);
      bytes += stat?.size ?? 0;
    }
    return bytes;
  }

  async packs(): Promise<number> {
    const names = await readdir(join(this.path, "objects", "pack"));
    return names.filter((name) => name.endsWith(".pack")).length;
  }

  /** By their paths from the folder: false for what is neither a file nor a folder. */
  async #entries(): Promise<ReadonlyMap<string, boolean>> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true });
    return new Map(
      entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => [relative(this.path, join(entry.parentPath, entry.name)), entry.isFile()]),
    );
  }

  /** Null for an empty folder. */
  async #mark(entries: ReadonlyMap<string, boolean>): Promise<string | null> {
    if (entries.get(MARKER) === true) return readFile(join(this.path, MARKER), "utf8");
    if ((await readdir(this.path)).length === 0) return null;
    throw this.#unusable("has something else in it than a mirror of Concordat's");
  }

  /** False when what is left could not be trusted. */
  async #tidy(entries: ReadonlyMap<string, boolean>): Promise<boolean> {
    for (const [path, isFile] of entries) {
      if (!isFile || CUTS_HISTORY.test(path)) return false;
    }
    for (const path of entries.keys()) {
      // A pack is moved into place before its index.
      const index = path.replace(/\.(?:pack|rev)$/, ".idx");
      if (BELONGS.test(path) && entries.has(index)) continue;
      await rm(join(this.path, path), { force: true });
    }
    if (entries.has(INCOMING)) {
      const ref = await readFile(join(this.path, INCOMING), "latin1");
      if (!REF.test(ref)) await rm(join(this.path, INCOMING));
    }
    return true;
  }

  async #remake(): Promise<void> {
    // First, so that a folder that is half emptied is known for what it is.
    await writeFile(join(this.path, `${MARKER}.new`), this.#markFor(this.#format));
    await rename(join(this.path, `${MARKER}.new`), join(this.path, MARKER));
    for (const name of await readdir(this.path)) {
      if (name !== MARKER) await rm(join(this.path, name), { recursive: true, force: true });
    }
    await this.#configure();
  }

  async #configure(): Promise<void> {
    await mkdir(join(this.path, "objects", "pack"), { recursive: true });
    await mkdir(join(this.path, "refs", "incoming"), { recursive: true });
    await writeFile(join(this.path, "HEAD"), "ref: refs/heads/none\n");
    await writeFile(join(this.path, "config"), configFor(this.#format));
  }

  #markFor(format: ObjectFormat): string {
    return `${format} ${this.#address}\n`;
  }

  #unusable(what: string): AppError {
    return new AppError("unwritable_file", `${this.path} ${what}`, {
      hint: "Concordat keeps its copy of the repository there; move away what is there",
    });
  }

  async #guard<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      const reason = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
      const message = `${this.path} cannot be made a copy of the repository${reason}`;
      throw new AppError("unwritable_file", message, { cause });
    }
  }
}

function configFor(format: ObjectFormat): string {
  const core = ["bare = true", "commitGraph = false", "logAllRefUpdates = false"];
  return format === "sha1"
    ? `[core]\n\trepositoryFormatVersion = 0\n\t${core.join("\n\t")}\n`
    : `[core]\n\trepositoryFormatVersion = 1\n\t${core.join("\n\t")}\n[extensions]\n\tobjectFormat = sha256\n`;
}

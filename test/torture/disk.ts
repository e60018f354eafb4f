/** A disk that forgets: what was written since the last sync is there in part, or not at all, after the power was cut. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { readAcknowledgements, type Acknowledged } from "./acknowledgement.js";
import type { Dice } from "./dice.js";
import { DiskFile, type Survival } from "./disk-file.js";
import type { TracedCall } from "./trace.js";

/** A file comes under a name, or a name goes. */
type Named = readonly [path: string, file: DiskFile | null];

/** What changes together: a rename is on the disk as a whole, or not at all, in whichever of its folders it was synced. */
type Naming = readonly Named[];

interface Descriptor {
  readonly path: string;
  readonly file: DiskFile | null;
  offset: number;
  readonly appends: boolean;
}

/**
 * Replays the calls of a worker on the files of one folder. Folders themselves stand at once; a name in one is lost until
 * that folder was synced, and names come and go in the order in which they were changed.
 */
export class Disk {
  readonly #root: string;
  readonly #durable = new Map<string, DiskFile>();
  readonly #now = new Map<string, DiskFile>();
  readonly #namings: Naming[] = [];
  readonly #descriptors = new Map<string, Descriptor>();
  readonly #folders = new Set<string>();
  #output = "";

  /** As the files stand below `original`; the calls name them below `root`. */
  constructor(original: string, root: string) {
    this.#root = root;
    for (const entry of readdirSync(original, { recursive: true, withFileTypes: true })) {
      const path = join(root, relative(original, join(entry.parentPath, entry.name)));
      if (entry.isDirectory()) this.#folders.add(path);
      if (!entry.isFile()) continue;
      const file = new DiskFile(readFileSync(join(entry.parentPath, entry.name)));
      this.#durable.set(path, file);
      this.#now.set(path, file);
    }
  }

  /** What the worker had said until now. */
  get acknowledged(): Acknowledged {
    return readAcknowledgements(this.#output);
  }

  /** Writes what would be found after a power cut at this moment below `target`. */
  after(survival: Survival, dice: Dice, target: string): void {
    const names = new Map(this.#durable);
    const kept =
      survival === "synced"
        ? 0
        : survival === "all"
          ? this.#namings.length
          : dice.below(this.#namings.length + 1);
    for (const naming of this.#namings.slice(0, kept)) put(names, naming);
    mkdirSync(target, { recursive: true });
    for (const folder of this.#folders)
      mkdirSync(join(target, relative(this.#root, folder)), { recursive: true });
    for (const [path, file] of names) {
      // What SQLite shares through memory is made anew by whoever opens first.
      if (path.endsWith("-shm")) continue;
      const at = join(target, relative(this.#root, path));
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, this.#moved(path, file.after(survival, dice), target), { mode: 0o600 });
    }
  }

  /** A note names files where they were recorded; whoever goes on from it must find those that are left here. */
  #moved(path: string, bytes: Buffer, target: string): Buffer {
    if (!path.endsWith(".json")) return bytes;
    return Buffer.from(bytes.toString("latin1").replaceAll(this.#root, target), "latin1");
  }

  replay(call: TracedCall): void {
    if (call.result < 0) return;
    switch (call.name) {
      case "openat":
        return this.#open(call);
      case "write":
        return this.#write(call, null);
      case "pwrite64":
        return this.#write(call, numberAt(call, 3));
      case "copy_file_range":
        return this.#copy(call, 0, 2, 1);
      case "sendfile":
        return this.#copy(call, 1, 0, 2);
      case "ftruncate":
        return void this.#of(call)?.file?.pending.push({ size: numberAt(call, 1) });
      case "fsync":
      case "fdatasync":
        return this.#sync(call);
      case "rename":
      case "renameat":
      case "renameat2":
        return this.#rename(call);
      case "unlink":
      case "unlinkat":
        return this.#unlink(call);
      case "mkdir":
      case "mkdirat":
        return this.#makeFolder(call);
      case "close":
        return void this.#descriptors.delete(descriptorOf(call));
      default:
        if (call.paths.some((path) => this.#isInside(path)))
          throw new Error(`the disk does not know ${call.name}`);
    }
  }

  #isInside(path: string): boolean {
    return path.startsWith(join(this.#root, "/"));
  }

  #name(...naming: Naming): void {
    put(this.#now, naming);
    this.#namings.push(naming);
  }

  #of(call: TracedCall): Descriptor | undefined {
    return this.#descriptors.get(descriptorOf(call));
  }

  #open(call: TracedCall): void {
    const path = pathsOf(call)[0] ?? "";
    const descriptor = String(call.result);
    this.#descriptors.delete(descriptor);
    if (this.#folders.has(path) || path === this.#root) {
      this.#descriptors.set(descriptor, { path, file: null, offset: 0, appends: false });
      return;
    }
    if (!this.#isInside(path)) return;
    let file = this.#now.get(path);
    if (file === undefined) {
      file = new DiskFile(Buffer.alloc(0));
      this.#name([path, file]);
    }
    if (call.flags.includes("O_TRUNC")) file.pending.push({ size: 0 });
    const appends = call.flags.includes("O_APPEND");
    this.#descriptors.set(descriptor, { path, file, offset: 0, appends });
  }

  #write(call: TracedCall, at: number | null): void {
    const [, data] = call.args;
    if (data?.kind !== "bytes") return;
    const bytes = data.bytes.subarray(0, call.result);
    const open = this.#of(call);
    if (open === undefined) {
      if (descriptorOf(call) === "1") this.#output += bytes.toString("latin1");
      return;
    }
    if (open.file === null) return;
    const from = at ?? (open.appends ? open.file.now.length : open.offset);
    open.file.pending.push({ at: from, bytes });
    if (at === null) open.offset = from + bytes.length;
  }

  /** From one file to the other, by the indexes of the arguments that name them and the place in the first. */
  #copy(call: TracedCall, source: number, target: number, place: number): void {
    const from = this.#descriptors.get(descriptorOf(call, source));
    const to = this.#descriptors.get(descriptorOf(call, target));
    if (to?.file === undefined || to.file === null) return;
    if (from?.file === undefined || from.file === null)
      throw new Error("a file from outside of the folder was copied");
    const argument = call.args[place];
    const given = /^\[(\d+)/.exec(argument?.kind === "other" ? argument.text : "")?.[1];
    const start = given === undefined ? from.offset : Number(given);
    const bytes = from.file.now.subarray(start, start + call.result);
    if (given === undefined) from.offset += bytes.length;
    to.file.pending.push({ at: to.offset, bytes });
    to.offset += bytes.length;
  }

  #sync(call: TracedCall): void {
    const open = this.#of(call);
    if (open === undefined) return;
    if (open.file !== null) return open.file.sync();
    const later: Naming[] = [];
    for (const naming of this.#namings.splice(0)) {
      if (naming.some(([path]) => dirname(path) === open.path)) put(this.#durable, naming);
      else later.push(naming);
    }
    this.#namings.push(...later);
  }

  #rename(call: TracedCall): void {
    const [from = "", to = ""] = pathsOf(call);
    const file = this.#now.get(from);
    if (file !== undefined) this.#name([to, file], [from, null]);
    else if (this.#folders.has(from)) this.#renameFolder(from, to);
  }

  /** Of a folder with all that is in it. */
  #renameFolder(from: string, to: string): void {
    this.#folders.delete(from);
    this.#folders.add(to);
    const moved = [...this.#now].filter(([path]) => path.startsWith(join(from, "/")));
    for (const [path, file] of moved)
      this.#name([join(to, relative(from, path)), file], [path, null]);
  }

  #unlink(call: TracedCall): void {
    const [path = ""] = pathsOf(call);
    if (this.#now.has(path)) this.#name([path, null]);
    else this.#folders.delete(path);
  }

  #makeFolder(call: TracedCall): void {
    const [path = ""] = pathsOf(call);
    if (this.#isInside(path)) this.#folders.add(path);
  }
}

function put(names: Map<string, DiskFile>, naming: Naming): void {
  for (const [path, file] of naming)
    if (file === null) names.delete(path);
    else names.set(path, file);
}

function descriptorOf({ args }: TracedCall, index = 0): string {
  const first = args[index];
  return first?.kind === "descriptor" ? String(first.descriptor) : "";
}

function pathsOf({ args }: TracedCall): readonly string[] {
  return args.flatMap((argument) => (argument.kind === "bytes" ? [argument.bytes.toString()] : []));
}

function numberAt({ args }: TracedCall, index: number): number {
  const argument = args[index];
  return argument?.kind === "other" ? Number(argument.text) : Number.NaN;
}

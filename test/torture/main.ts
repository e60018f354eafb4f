/** `npm run torture`: thousands of faults, drawn from a seed; every one that breaks a rule can be had again by its name. */
import { parseArgs } from "node:util";
import { countsOf, killsIn, runCampaign, runCases } from "./campaign.js";
import { nameOf, parseCase } from "./fault.js";
import { Fixtures } from "./fixture.js";
import { flipMany } from "./flip-many.js";
import { explore, type Ground } from "./ground.js";
import { PLANTED } from "./planted.js";
import { isCaught } from "./planted-run.js";
import type { Outcome } from "./run-case.js";
import { loadScenario, SCENARIO_NAMES } from "./scenarios.js";
import { straceMissing } from "./strace.js";
import { table } from "./table.js";

const { values } = parseArgs({
  options: {
    points: { type: "string", default: "5000" },
    seed: { type: "string", default: String(Date.now()) },
    scenario: { type: "string", multiple: true },
    case: { type: "string" },
    "at-once": { type: "string", default: "2" },
  },
});
const { seed } = values;
const points = Number(values.points);
const atOnce = Number(values["at-once"]);
const missing = straceMissing();
const fixtures = new Fixtures();
const grounds = new Map<string, Ground>();
const outcomes: Outcome[] = [];
let broken = 0;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function report(outcome: Outcome): void {
  outcomes.push(outcome);
  if (outcomes.length % 100 === 0) say(`${outcomes.length} cases, ${killsIn(outcomes)} kills`);
  if (outcomes.length % 1000 === 0) say(table(countsOf(outcomes)));
  if (outcome.broken.length === 0) return;
  broken += 1;
  say(`BROKEN ${nameOf(outcome.case)}\n  npm run torture -- --case '${nameOf(outcome.case)}'`);
  say(`  left in ${outcome.folder}`);
  for (const rule of outcome.broken) say(`  ${rule}`);
}

async function groundOf(name: string): Promise<Ground> {
  const known = grounds.get(name);
  if (known !== undefined) return known;
  const ground = await explore(fixtures, await loadScenario(name), missing === null);
  grounds.set(name, ground);
  const { failpoints, boundaries } = ground;
  say(`${name}: ${failpoints.length} failpoints, ${boundaries.length} system calls`);
  return ground;
}

async function campaign(): Promise<void> {
  say(`seed ${seed}, ${points} kill points; ${missing ?? "with strace"}`);
  const names = values.scenario ?? SCENARIO_NAMES;
  for (const name of names) await groundOf(name);
  const share = Math.ceil(points / names.length);
  const others = { errors: Math.ceil(share * 0.4), powerCuts: Math.ceil(share * 0.2) };
  await runCampaign(fixtures, grounds, { points, ...others, seed }, { atOnce, report });
}

function flips(): void {
  for (const { name, counts, unnoticed } of flipMany(seed, Math.ceil(points * 0.07))) {
    broken += unnoticed.length;
    for (const line of unnoticed) say(`UNNOTICED ${name}: ${line}`);
    say(
      `bit flips in ${name}: ${Object.entries(counts)
        .map(([result, count]) => `${count} ${result}`)
        .join(", ")}`,
    );
  }
}

async function planted(): Promise<void> {
  for (const bug of PLANTED) {
    if (missing !== null && bug.shows === "powerCuts") {
      say(`planted: ${bug.name}: skipped, ${missing}`);
      continue;
    }
    const caught = await isCaught(fixtures, bug, missing === null, atOnce);
    say(`planted: ${bug.name}: ${caught ?? "NOT CAUGHT"}`);
    if (caught === null) broken += 1;
  }
}

if (values.case !== undefined) {
  const each = parseCase(values.case);
  await groundOf(each.scenario);
  await runCases(fixtures, grounds, [each], { atOnce: 1, report });
} else {
  await campaign();
  flips();
  await planted();
}
say(table(countsOf(outcomes)));
say(`${killsIn(outcomes)} kill points, ${outcomes.length} cases, ${broken} broken; seed ${seed}`);
if (broken === 0) fixtures.remove();
process.exitCode = broken === 0 ? 0 : 1;

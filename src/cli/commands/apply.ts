/** concordat apply */
import { randomBytes } from "node:crypto";
import { string as stringArg } from "@oclif/core/args";
import { boolean, string } from "@oclif/core/flags";
import { instantFromMillis } from "../../protocol/instant.js";
import { readAuthorityKey } from "../../sign/authority-key.js";
import { applyChange, planChange } from "../../reconcile.js";
import { applyReport, holderOf } from "../apply-report.js";
import type { ApplyReport } from "../apply-report.js";
import { approve } from "../approval.js";
import { BaseCommand } from "../base-command.js";
import {
  allowLostPaths,
  allowRemovals,
  authorityKey,
  config,
  db,
  ref,
  repo,
  verbose,
} from "../flags.js";
import { expectedPlan, isApplied } from "../plan-file.js";
import { renderApplied } from "../render/applied.js";
import { renderPlan } from "../render/plan.js";
import { planSource } from "../plan-source.js";
import { resolveSettings } from "../settings.js";

export default class Apply extends BaseCommand<ApplyReport> {
  static override summary = "Sign and commit a whole plan with its audit events, or nothing of it.";
  static override description = [
    "Without FILE it plans, shows the plan and asks on a terminal; elsewhere give --expect or --auto-approve.",
    "Exit code 3: refused by a guard, or not approved. 4: something has moved since the plan was shown. 5: the state is",
    "locked by another process. In each case nothing is changed.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> .concordat/change.plan",
    "<%= config.bin %> <%= command.id %> --expect sha256:4be5... --json",
    "<%= config.bin %> <%= command.id %> --auto-approve --allow-removals 12",
  ];
  static override args = {
    file: stringArg({
      ignoreStdin: true,
      description: "A plan saved by plan --out. It must still be the plan, digest for digest.",
    }),
  };
  static override flags = {
    repo,
    ref,
    db,
    config,
    "authority-key": authorityKey,
    expect: string({ helpValue: "DIGEST", description: "Apply only if the plan has this digest." }),
    "auto-approve": boolean({ description: "Apply without asking. The guards refuse as ever." }),
    "allow-removals": allowRemovals,
    "allow-lost-paths": allowLostPaths,
    verbose,
  };

  async run(): Promise<ApplyReport> {
    const { args, flags } = await this.parse(Apply);
    const saved = expectedPlan(args.file, flags.expect);
    const settings = resolveSettings(
      { ...flags, ref: flags.ref ?? saved.ref ?? undefined },
      process.env,
    );
    const allowances = {
      removals: flags["allow-removals"] ?? null,
      lostPaths: flags["allow-lost-paths"] ?? null,
    };
    const change = await planChange({
      ...settings,
      ...planSource(settings),
      now: instantFromMillis(Date.now()),
      version: this.config.version,
      allowances,
    });
    const key = readAuthorityKey(settings.authorityKey);
    this.print(
      renderPlan(change.plan, { verbose: flags.verbose, paint: this.paint(flags), apply: null }),
    );
    const interactive = !this.jsonEnabled() && process.stdin.isTTY && process.stdout.isTTY;
    const expect = isApplied(saved, change.plan) ? null : saved.digest;
    await approve(change.plan, { expect, autoApprove: flags["auto-approve"], interactive });
    const options = {
      key,
      expect,
      now: instantFromMillis(Date.now()),
      random: randomBytes,
      holder: holderOf("apply"),
      logEscrow: settings.logEscrow,
    };
    const report = applyReport(await applyChange(change, options));
    this.print(renderApplied(report, this.paint(flags)));
    return report;
  }
}

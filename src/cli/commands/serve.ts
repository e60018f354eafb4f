/** concordat serve */
import { randomUUID } from "node:crypto";
import { integer, string } from "@oclif/core/flags";
import { buildApp } from "../../http/app.js";
import { listen } from "../../http/server.js";
import { instantFromMillis } from "../../protocol/instant.js";
import { openState } from "../../state/open.js";
import { assertServingKey } from "../authority-key.js";
import { BaseCommand } from "../base-command.js";
import { authorityKey, db, ref, repo } from "../flags.js";
import { watchHead } from "../head-watch.js";
import { visible } from "../render/visible.js";
import { resolveSettings } from "../settings.js";
import { untilStopped } from "../until-stopped.js";

interface Served {
  readonly address: string;
  readonly db: string;
  readonly sovereign_id: string | null;
}

export default class Serve extends BaseCommand<Served> {
  static override summary = "Serve the public read routes of the authority over HTTP.";
  static override description =
    "Follows every apply without a restart. SIGINT and SIGTERM let answers in flight finish and end it with 0.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --repo trust --host 0.0.0.0 --port 8443",
    "<%= config.bin %> <%= command.id %> --db na.db --port 0 --json",
  ];
  static override flags = {
    repo,
    ref,
    db,
    "authority-key": authorityKey,
    host: string({
      env: "CONCORDAT_HOST",
      helpValue: "HOST",
      description: "Address to listen on. Default: 127.0.0.1.",
    }),
    port: integer({
      env: "CONCORDAT_PORT",
      min: 0,
      max: 65_535,
      helpValue: "PORT",
      description: "Default: 8443; 0 takes any free one.",
    }),
    "log-level": string({
      default: "info",
      options: ["error", "warn", "info", "debug"],
      description: "What is logged to stderr.",
    }),
  };

  async run(): Promise<Served> {
    const { flags } = await this.parse(Serve);
    const settings = resolveSettings(flags, process.env);
    const reader = openState(settings.db);
    const head = await watchHead(settings.repo, settings.ref);
    try {
      const { authority } = reader.snapshot();
      assertServingKey(settings.authorityKey, flags["authority-key"] !== undefined, authority);
      const app = buildApp({
        reader,
        clock: () => instantFromMillis(Date.now()),
        logger: { level: flags["log-level"], stream: process.stderr },
        requestIds: randomUUID,
        source: head.current,
        version: this.config.version,
      });
      const server = await listen(app, settings);
      const sovereignId = authority?.sovereignId ?? null;
      const served = { address: server.address, db: settings.db, sovereign_id: sovereignId };
      this.releaseSignals();
      this.announce(served);
      await untilStopped();
      await server.close();
      return served;
    } finally {
      await head.close();
      reader.close();
    }
  }

  /** A service says where it listens as soon as it does, and not when it ends. */
  private announce(served: Served): void {
    if (this.jsonEnabled()) super.logJson(served);
    this.print(
      `Serving ${visible(served.sovereign_id ?? "an empty state")} at ${served.address}\n`,
    );
  }

  protected override logJson(): void {}
}

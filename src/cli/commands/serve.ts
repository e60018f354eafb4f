/** concordat serve */
import { boolean, integer, string } from "@oclif/core/flags";
import { BaseCommand } from "../base-command.js";
import { startService, type Service } from "../daemon.js";
import {
  authorityKey,
  config,
  controlSocket,
  db,
  interval,
  logLevel,
  ref,
  repo,
} from "../flags.js";
import { startReadOnlyService } from "../read-only-service.js";
import { toAppError } from "../failure.js";
import { visible } from "../render/visible.js";
import { resolveSettings } from "../settings.js";
import { untilStopped } from "../until-stopped.js";

function ignore(): void {}

interface Served {
  readonly address: string;
  readonly db: string;
  readonly sovereign_id: string | null;
  /** Null: nothing is followed. */
  readonly source: string | null;
}

export default class Serve extends BaseCommand<Served> {
  static override summary = "Follow git: keep the authority equal to it, and serve it over HTTP.";
  static override description = [
    "Applies each new commit that passes the guards, watches for drift, polls feeds, and answers the public routes of the",
    "protocol. One such process writes a state; a second exits 5. SIGHUP looks at git at once. SIGINT and SIGTERM let a pass",
    "and answers in flight finish and end it with 0. --read-only serves a state that somebody else writes.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --repo https://git.example/trust.git --ref main --db na.db",
    "<%= config.bin %> <%= command.id %> --read-only --db na.db --port 0 --json",
  ];
  static override flags = {
    repo,
    ref,
    db,
    config,
    "authority-key": authorityKey,
    interval,
    "control-socket": controlSocket,
    "read-only": boolean({ description: "Only serve the state; follow nothing, write nothing." }),
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
    "log-level": logLevel({ default: "info" as const }),
  };

  async run(): Promise<Served> {
    const { flags } = await this.parse(Serve);
    const settings = resolveSettings(flags, process.env);
    const options = { version: this.config.version, logLevel: flags["log-level"] };
    const isNamed = flags["authority-key"] !== undefined;
    // One that comes while the service starts is answered by its first look at the source.
    process.on("SIGHUP", ignore);
    const service = flags["read-only"]
      ? await startReadOnlyService(settings, options, isNamed)
      : await startService(settings, options);
    const served = {
      address: service.address,
      db: settings.db,
      sovereign_id: service.sovereignId,
      source: service.source,
    };
    // Before anybody knows that it serves: who has read so may stop it at once.
    const stopped = untilStopped();
    this.releaseSignals();
    this.announce(served);
    await this.untilOver(service, stopped);
    return served;
  }

  /** What ends a service that has announced itself goes to the log: stdout holds its one document already. */
  private async untilOver(service: Service, stopped: Promise<void>): Promise<void> {
    const look = (): void => service.wake();
    process.on("SIGHUP", look);
    await Promise.race([stopped, service.ended.catch(() => {})]);
    await service.close();
    process.off("SIGHUP", look);
    try {
      // Also what went wrong while it was closed.
      await service.ended;
    } catch (thrown) {
      const { code, message, hint, exitCode } = toAppError(thrown);
      this.say(`${code}: ${message}; ${hint}`);
      process.exitCode = exitCode;
    }
  }

  /** A service says where it listens as soon as it does, and not when it ends. */
  private announce(served: Served): void {
    if (this.jsonEnabled()) super.logJson(served);
    const { sovereign_id, address, source } = served;
    this.print(`Serving ${visible(sovereign_id ?? "an empty state")} at ${address}\n`);
    if (source !== null) this.print(`Following ${visible(source)}\n`);
  }

  protected override logJson(): void {}
}

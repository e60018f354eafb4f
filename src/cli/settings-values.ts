/** Values of the settings that a JSON Schema cannot judge: how long, which addresses, and that names differ. */
import { BlockList, isIP } from "node:net";
import { AppError } from "../errors.js";
import type { Seconds } from "../model/time.js";
import type { SinkSettings } from "../notify/sinks.js";
import { parseDuration } from "../protocol/instant.js";
import type { SettingsFile, SinkDocument } from "./settings-file.js";

const DAY: Seconds = 86_400;
const MAX_PORT = 65_535;

interface DurationSetting {
  readonly fallback: string;
  readonly least: Seconds;
  /** A timer of this runtime holds 24 days. */
  readonly most: Seconds;
}

/** By their places in the file. */
const DURATIONS = {
  "/interval": { fallback: "60s", least: 5, most: DAY },
  "/feeds/interval": { fallback: "15m", least: 5, most: DAY },
  "/backup/every": { fallback: "1d", least: 60, most: 30 * DAY },
  "/feedRefresh": { fallback: "12h", least: 60, most: 30 * DAY },
} as const satisfies Record<string, DurationSetting>;

/** Throws AppError `bad_settings` for what is no duration, or is out of its bounds. */
export function durationSetting(
  pointer: keyof typeof DURATIONS,
  given: string | undefined,
  text: string | undefined,
  file: SettingsFile | null,
): Seconds {
  const { fallback, least, most } = DURATIONS[pointer];
  const name = pointer.slice(1).replace("/", ".");
  const written = given ?? text ?? fallback;
  const seconds = secondsOf(written);
  if (seconds !== null && seconds >= least && seconds <= most) return seconds;
  const message = `${name} must be a duration from ${least}s to ${most / DAY}d, not ${JSON.stringify(written)}`;
  throw given === undefined && file !== null
    ? file.fault(pointer, message)
    : new AppError("bad_settings", message, { hint: "write 90s, 15m, 72h or 30d" });
}

function secondsOf(text: string): Seconds | null {
  try {
    return parseDuration(text);
  } catch {
    return null;
  }
}

/** Ranges in CIDR form. Throws AppError `bad_settings` for one that is none. */
export function rangesSetting(file: SettingsFile | null): readonly string[] {
  const ranges = file?.settings.feeds?.allowPrivate ?? [];
  const index = ranges.findIndex((range) => !isRange(range));
  if (file === null || index === -1) return ranges;
  throw file.fault(
    `/feeds/allowPrivate/${index}`,
    `${JSON.stringify(ranges[index])} is not a range of addresses such as 10.1.0.0/16`,
  );
}

function isRange(range: string): boolean {
  const [address = "", bits = ""] = range.split("/");
  const family = isIP(address);
  if (family === 0) return false;
  try {
    new BlockList().addSubnet(address, Number(bits), family === 4 ? "ipv4" : "ipv6");
    return true;
  } catch {
    return false;
  }
}

/** Hosts; null when the file names none. Throws AppError `bad_settings` for a `*` that is not alone, or a port that is none. */
export function hostsSetting(file: SettingsFile | null): readonly string[] | null {
  const hosts = file?.settings.allowedHosts;
  if (file === null || hosts === undefined) return null;
  for (const [index, host] of hosts.entries()) {
    const pointer = `/allowedHosts/${index}`;
    if (host === "*" && hosts.length > 1) {
      throw file.fault(pointer, "* lets every host through, so it stands alone");
    }
    if (Number(/:(\d+)$/.exec(host)?.[1] ?? 0) > MAX_PORT) {
      throw file.fault(pointer, `${JSON.stringify(host)} has no port that exists`);
    }
  }
  return hosts;
}

/** The receivers, each with a name of its own. Throws AppError `bad_settings` for a name that stands twice. */
export function sinksSetting(
  file: SettingsFile | null,
  inFile: (path: string) => string,
): readonly SinkSettings[] {
  const names = new Set<string>();
  return (file?.settings.notify ?? []).map((sink, index) => {
    const name = sink.name ?? freeName(sink.kind, names);
    if (names.has(name) && file !== null) {
      throw file.fault(
        `/notify/${index}${sink.name === undefined ? "" : "/name"}`,
        `another receiver is called ${name}`,
      );
    }
    names.add(name);
    return toSink(sink, name, inFile);
  });
}

function freeName(kind: string, taken: ReadonlySet<string>): string {
  let name = kind;
  for (let count = 2; taken.has(name); count += 1) name = `${kind}-${count}`;
  return name;
}

function toSink(sink: SinkDocument, name: string, inFile: (path: string) => string): SinkSettings {
  return sink.kind === "webhook"
    ? { kind: sink.kind, name, url: sink.url, secretFile: inFile(sink.secretFile) }
    : { kind: sink.kind, name, urlFile: inFile(sink.urlFile) };
}

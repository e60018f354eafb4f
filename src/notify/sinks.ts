/** Who is told: as the settings name them, and with the secrets that their files hold. */
import { AppError } from "../errors.js";
import { readSecretLine, readWebhookSecret } from "./webhook-secret.js";

/** `name` is what the log and the metrics call it. */
export type SinkSettings =
  | {
      readonly kind: "webhook";
      readonly name: string;
      readonly url: string;
      readonly secretFile: string;
    }
  | { readonly kind: "slack"; readonly name: string; readonly urlFile: string };

/** The URL of a Slack webhook is a secret itself: whoever has it can write to the channel. */
export type Sink =
  | {
      readonly kind: "webhook";
      readonly name: string;
      readonly url: string;
      readonly secret: Uint8Array;
    }
  | { readonly kind: "slack"; readonly name: string; readonly url: string };

const LOOPBACK = /^(?:localhost|127(?:\.[0-9]+){3}|\[::1\])$/;

/** Reads the secrets of all sinks. Throws bad_secret_file, key_file_permissions, unreadable_file. */
export function openSinks(settings: readonly SinkSettings[]): readonly Sink[] {
  return settings.map((sink) =>
    sink.kind === "webhook"
      ? {
          kind: sink.kind,
          name: sink.name,
          url: sink.url,
          secret: readWebhookSecret(sink.secretFile),
        }
      : { kind: sink.kind, name: sink.name, url: readSecretUrl(sink.urlFile) },
  );
}

/** An address that must not be read on its way: https, or http that does not leave the machine. */
function readSecretUrl(path: string): string {
  const url = URL.parse(readSecretLine(path));
  const isPrivate =
    url !== null &&
    (url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname)));
  if (!isPrivate) {
    throw new AppError("bad_secret_file", `${path} does not hold an https address`, {
      hint: "write the webhook's address into it, on one line",
    });
  }
  return url.href;
}

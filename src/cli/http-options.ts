/** Settings → what the HTTP application asks of them. */
import type { ServeContext } from "../http/context.js";
import type { Settings } from "./settings.js";

type HttpOptions = Pick<
  ServeContext,
  "host" | "allowedHosts" | "trustedProxies" | "adminLegacySignatures"
>;

export function httpOptions(settings: Settings): HttpOptions {
  const { host, allowedHosts, trustedProxies, adminLegacySignatures } = settings;
  return {
    host,
    trustedProxies,
    adminLegacySignatures,
    ...(allowedHosts === null ? {} : { allowedHosts }),
  };
}

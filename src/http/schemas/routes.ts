/** Every route, as the OpenAPI document describes it. */
import { ADMIN_ROUTES } from "./admin.js";
import { CONNECTOME_ROUTES } from "./connectome.js";
import { LOG_ROUTES } from "./log.js";
import type { RouteSchema } from "./route-schema.js";
import { SERVICE_ROUTES } from "./service.js";
import { TRUST_ROUTES } from "./trust.js";
import { VERIFICATION_ROUTES } from "./verification.js";

export const ROUTE_SCHEMAS: readonly RouteSchema[] = [
  ...TRUST_ROUTES,
  ...CONNECTOME_ROUTES,
  ...VERIFICATION_ROUTES,
  ...LOG_ROUTES,
  ...ADMIN_ROUTES,
  ...SERVICE_ROUTES,
];

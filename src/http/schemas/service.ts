/** The routes of the process itself. */
import {
  anyObject,
  count,
  listOf,
  object,
  oneOf,
  orNull,
  text,
  time,
  type RouteSchema,
} from "./route-schema.js";

const STATUS = object(
  {
    format: { const: "concordat/status/v1" },
    version: text(),
    source: object({ repo: text(), ref: orNull(text()) }),
    observed_commit: orNull(text("Newest head seen.")),
    attempted_commit: orNull(text()),
    applied_commit: orNull(text()),
    trusted_commit: orNull(text("From when on history may not be rewritten.")),
    generation: orNull(count()),
    state_digest: orNull(text()),
    conditions: listOf(
      object({
        type: text(),
        status: oneOf(["True", "False", "Unknown"]),
        reason: text(),
        message: text(),
        last_transition_time: time(),
        observed_commit: orNull(text()),
      }),
    ),
    suspension: orNull(anyObject()),
    drift: listOf(anyObject(), "The first hundred."),
    drift_count: count(),
    lapsing: listOf(anyObject(), "What ends within 30 days; the first hundred."),
    lapsing_count: count(),
    feeds: listOf(anyObject()),
    runs: listOf(anyObject(), "Newest first."),
    last_run_at: orNull(time()),
    last_success_at: orNull(time()),
    next_run_at: orNull(time()),
    updated_at: time(),
  },
  { description: "As `concordat status --json`, whose schema ships with the program." },
);

const READY = object({
  status: { const: "ready" },
  version: text(),
  sovereign_id: text(),
  generation: count(),
  applied_commit: orNull(text()),
  source_commit: orNull(text()),
  treaty_count: count(),
  active_edge_count: count(),
});

export const SERVICE_ROUTES: readonly RouteSchema[] = [
  {
    method: "get",
    path: "/healthz",
    id: "getHealth",
    tag: "service",
    summary: "Whether the process lives",
    answers: { 200: { description: "It does.", schema: object({ status: { const: "ok" } }) } },
    errors: [],
  },
  {
    method: "get",
    path: "/readyz",
    id: "getReadiness",
    tag: "service",
    summary: "Whether what is served can be relied on",
    description: "503 `service_not_ready` gives the reasons in `details.reasons`.",
    answers: { 200: { description: "It can.", schema: READY } },
    errors: [],
  },
  {
    method: "get",
    path: "/status.json",
    id: "getStatus",
    tag: "service",
    summary: "What the controller says of itself",
    answers: { 200: { description: "Its status.", schema: STATUS } },
    errors: [],
  },
  {
    method: "get",
    path: "/metrics",
    id: "getMetrics",
    tag: "service",
    summary: "Prometheus metrics",
    answers: {
      200: {
        description: "In the text format.",
        type: "text/plain; version=0.0.4; charset=utf-8",
        schema: text(),
      },
    },
    errors: [],
  },
  {
    method: "post",
    path: "/hooks/git",
    id: "wake",
    tag: "service",
    summary: "Makes the controller look at its source now",
    description:
      "Signed as Standard Webhooks or as GitHub, Gitea and Forgejo do. Of the body, up to 1 MiB, only the signature is checked.",
    answers: {
      202: { description: "It will.", schema: object({ status: { const: "accepted" } }) },
    },
    errors: ["webhook_refused", "webhook_replayed", "too_many_requests"],
  },
  {
    method: "get",
    path: "/openapi.json",
    id: "getOpenApi",
    tag: "service",
    summary: "This document",
    answers: { 200: { description: "OpenAPI 3.1.", schema: anyObject() } },
    errors: [],
  },
  {
    method: "get",
    path: "/docs",
    id: "getDocs",
    tag: "service",
    summary: "This document, for people",
    answers: {
      200: {
        description: "A page without scripts.",
        type: "text/html; charset=utf-8",
        schema: text(),
      },
    },
    errors: [],
  },
];

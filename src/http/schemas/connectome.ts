/** The routes that show the trust graph. */
import {
  count,
  flag,
  listOf,
  object,
  oneOf,
  ref,
  text,
  type Parameter,
  type RouteSchema,
} from "./route-schema.js";

const end = (name: string, description: string): Parameter => ({
  in: "query",
  name,
  description,
  schema: text(),
});

export const CONNECTOME_ROUTES: readonly RouteSchema[] = [
  {
    method: "get",
    path: "/recognition-graph",
    id: "getRecognitionGraph",
    tag: "connectome",
    summary: "Sovereigns, edges, active treaties and revoked material",
    answers: { 200: { description: "The graph.", schema: ref("RecognitionGraph") } },
    errors: [],
  },
  {
    method: "get",
    path: "/connectome.json",
    id: "getConnectome",
    tag: "connectome",
    summary: "The graph with a summary and the blast radius of each revocation",
    answers: { 200: { description: "The connectome.", schema: ref("Connectome") } },
    errors: [],
  },
  {
    method: "get",
    path: "/connectome/trust-path",
    id: "getTrustPath",
    tag: "connectome",
    summary: "A shortest path from one sovereign to another, or why there is none",
    description: "It explains and never grants: admission is by direct treaty only.",
    parameters: [
      end("from", "Who recognises."),
      end("to", "Who is recognised."),
      end("source", "Another name of `from`."),
      end("target", "Another name of `to`."),
    ],
    answers: {
      200: {
        description: "The explanation.",
        schema: object({
          from: text(),
          to: text(),
          trusted: flag(),
          reason: oneOf(["active_treaty_path", "direct_treaty_revoked", "no_active_treaty_path"]),
          path: listOf(ref("Edge")),
          hop_count: count(),
        }),
      },
    },
    errors: ["missing_trust_path_parameters"],
  },
];

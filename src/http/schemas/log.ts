/** The routes that show the audit log. */
import { text, type Parameter, type RouteSchema } from "./route-schema.js";

const NOTE = "text/plain; charset=utf-8";

const part = (name: string, description: string): Parameter => ({
  in: "path",
  name,
  description,
  schema: { type: "string", maxLength: 256 },
});

export const LOG_ROUTES: readonly RouteSchema[] = [
  {
    method: "get",
    path: "/log/checkpoint",
    id: "getCheckpoint",
    tag: "log",
    summary: "The newest checkpoint: name, size and root of the log, signed",
    description: "A signed note as c2sp.org/tlog-checkpoint has it, under the authority's key.",
    answers: { 200: { description: "The note.", type: NOTE, schema: text() } },
    errors: ["log_not_signed"],
  },
  {
    method: "get",
    path: "/log/tile/{level}/{index}",
    route: "/log/tile/:level/*",
    id: "getTile",
    tag: "log",
    summary: "A tile of hashes, or a bundle of entries",
    description:
      "As c2sp.org/tlog-tiles has it, up to the size of the newest checkpoint. Its bytes never change.",
    parameters: [
      part(
        "level",
        "0 for the hashes of the entries, up to 7 above them; `entries` for the entries.",
      ),
      part(
        "index",
        "In groups of three digits, as `x001/x234/067`; `.p/W` behind it for its first W.",
      ),
    ],
    answers: {
      200: {
        description:
          "32 bytes for each hash; for each entry its length in two bytes, and its bytes.",
        type: "application/octet-stream",
        schema: {},
      },
    },
    errors: ["log_not_signed", "not_found"],
  },
  {
    method: "get",
    path: "/log/proof/{index}",
    id: "getProof",
    tag: "log",
    summary: "That an entry is in the log, to keep and check without us",
    description:
      "A c2sp.org/tlog-proof under the newest checkpoint. Its `extra` line is the entry.",
    parameters: [part("index", "Of the entry, from 0.")],
    answers: { 200: { description: "The proof.", type: NOTE, schema: text() } },
    errors: ["log_not_signed", "log_entry_not_found"],
  },
];

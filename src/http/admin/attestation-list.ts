/** The list of attestations, which names every member: for operators alone (protocol.md 7). */
import type { FastifyReply, FastifyRequest } from "fastify";
import { attestationRowJson } from "../attestation-row.js";
import { commonHeaders } from "../headers.js";
import type { ReadModel } from "../read-model.js";
import type { AdminDesk } from "./desk.js";
import { decodedQuery } from "./signed-target.js";

/** Answers a signed request. Throws as `admit` and `perform` of the desk. */
export async function sendAttestations(
  request: FastifyRequest,
  reply: FastifyReply,
  desk: AdminDesk,
  model: Pick<ReadModel, "read">,
): Promise<FastifyReply> {
  desk.admit(request);
  await desk.perform(request, {
    asks: "list_attestations",
    tier: "read",
    read: () => ({ action: "list_attestations" }),
  });
  // As it was signed.
  const query = decodedQuery(request.url);
  const first = (name: string): string | null => query[name]?.[0] || null;
  const rows = model.read((state) =>
    state.attestations({
      issuer: first("issuer_sovereign_id"),
      subject: first("subject_id"),
      status: first("status"),
    }),
  );
  const list = rows.map(attestationRowJson).join();
  const body = Buffer.from(`{"count":${rows.length},"attestations":[${list}]}`);
  reply
    .headers(commonHeaders(request.id, "no-store"))
    .type("application/json")
    .header("content-length", String(body.length));
  return request.method === "HEAD" ? reply.send() : reply.send(body);
}

/** Membership attestations: one by its id, how many there are, and for operators all of them (protocol.md 7). */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../../errors.js";
import type { DocumentStatus } from "../../model/documents.js";
import { sendAttestations } from "../admin/attestation-list.js";
import { isSigned } from "../admin/credentials.js";
import type { AdminDesk } from "../admin/desk.js";
import { attestationRowJson } from "../attestation-row.js";
import type { ServedState } from "../context.js";
import { pathParameter, queryParameter } from "../parameters.js";
import type { ReadModel } from "../read-model.js";
import { readRoute } from "../read-route.js";
import { Representation } from "../representation.js";
import { sendRepresentation } from "../send.js";

const STATUSES: readonly string[] = ["active", "suspended", "revoked"] satisfies DocumentStatus[];

export function attestationRoutes(app: FastifyInstance, model: ReadModel, desk: AdminDesk): void {
  readRoute(app, "/attestations", (request, reply) => {
    if (isSigned(request)) return sendAttestations(request, reply, desk, model);
    refuseOperatorQuestions(request);
    const status = queryParameter(request, "status") || null;
    const count = model.read((state) => countWith(state, status));
    return sendRepresentation(request, reply, new Representation(JSON.stringify({ count })));
  });
  readRoute(app, "/attestations/:id", (request, reply) => {
    const row = model.read((state) => rowJson(state, pathParameter(request, "id")));
    if (row === null) throw new AppError("attestation_not_found", "Attestation not found");
    return sendRepresentation(request, reply, new Representation(row));
  });
}

/** Whether somebody is a member is nobody's business but an operator's. */
function refuseOperatorQuestions(request: FastifyRequest): void {
  const filtered =
    queryParameter(request, "subject_id") || queryParameter(request, "issuer_sovereign_id");
  if (filtered) {
    throw new AppError(
      "admin_auth_failed",
      "Filtering attestations by subject or issuer requires operator authentication",
    );
  }
}

/** A status that no row can have is carried by no row. */
function countWith(state: ServedState, status: string | null): number {
  if (status === null) return state.countAttestations();
  return isStatus(status) ? state.countAttestations(status) : 0;
}

function isStatus(text: string): text is DocumentStatus {
  return STATUSES.includes(text);
}

function rowJson(state: ServedState, id: string): string | null {
  const attestation = state.attestation(id);
  return attestation === null ? null : attestationRowJson(attestation);
}

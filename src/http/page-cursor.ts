/** Where a page of the treaty list ended: a position in the order of issue, opaque to clients. */
import { AppError } from "../errors.js";

export interface PagePosition {
  readonly issuedAt: string;
  readonly id: string;
}

const MAX_LENGTH = 1024;

export function encodeCursor({ issuedAt, id }: PagePosition): string {
  return Buffer.from(JSON.stringify([issuedAt, id])).toString("base64url");
}

/** Throws AppError `bad_request` for anything that `encodeCursor` cannot have written. */
export function parseCursor(text: string): PagePosition {
  const position =
    text.length <= MAX_LENGTH ? positionIn(Buffer.from(text, "base64url").toString()) : null;
  if (position === null || encodeCursor(position) !== text) {
    throw new AppError("bad_request", "cursor is not one that this service gave", {
      details: { parameter: "cursor" },
    });
  }
  return position;
}

function positionIn(text: string): PagePosition | null {
  const value = jsonIn(text);
  if (!Array.isArray(value) || value.length !== 2) return null;
  const issuedAt: unknown = value[0];
  const id: unknown = value[1];
  return typeof issuedAt === "string" && typeof id === "string" ? { issuedAt, id } : null;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

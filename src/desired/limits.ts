/** How much a trust repository may hold (docs/threats.md G10, Y1, Y3). */

export interface Limits {
  /** Files of the tree. */
  readonly files: number;
  readonly fileBytes: number;
  /** All files together. */
  readonly totalBytes: number;
  /** Maps and lists inside each other, in one document. */
  readonly depth: number;
  readonly keysPerMap: number;
  readonly documentsPerFile: number;
  /** Folders inside each other. */
  readonly directoryDepth: number;
  /** One part of a path, in UTF-8. */
  readonly nameBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  files: 5000,
  fileBytes: 262_144,
  totalBytes: 16 * 1024 * 1024,
  depth: 32,
  keysPerMap: 2000,
  documentsPerFile: 1000,
  directoryDepth: 8,
  nameBytes: 128,
};

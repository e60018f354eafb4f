/** How much one client may take, so that it cannot take the service from the others. */

export interface HttpLimits {
  /** Open at once. */
  readonly connections: number;
  /** Open at once from one address; not counted behind proxies, whose address all share. */
  readonly connectionsPerAddress: number;
  /** GET and HEAD of one address. What comes from this machine itself is not counted, nor are the health routes. */
  readonly readsPerMinute: number;
  /** Of one address, over all verification routes. */
  readonly verificationsPerMinute: number;
  /** Of one address, over all routes of operators. */
  readonly adminRequestsPerMinute: number;
}

export const HTTP_LIMITS: HttpLimits = {
  connections: 4096,
  connectionsPerAddress: 512,
  readsPerMinute: 6000,
  verificationsPerMinute: 120,
  adminRequestsPerMinute: 300,
};

/** More header fields than this are no request of a client that means well; node would leave the rest out. */
export const MAX_HEADER_FIELDS = 100;

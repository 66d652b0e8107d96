/** How a portal is. Times in ms. */
export interface PortalOptions {
  /** 0, the default, takes a free one. Always on 127.0.0.1. */
  readonly port?: number;
  readonly seed?: number;
  readonly matches?: number;
  readonly perPage?: number;
  readonly inbox?: number;
  /** A login ends so long after it began, however busy it is. */
  readonly sessionTtlMs?: number;
  /** How long an access token of OAuth lasts. */
  readonly tokenTtlMs?: number;
  /** Added before every request is handled. */
  readonly latencyMs?: number;
  /** Most requests in any second; the others are answered 429. 0: no limit. */
  readonly rateLimit?: number;
  /** A file of JSON lines. What an earlier portal wrote into it has happened here too. */
  readonly ledger?: string;
  /** Serve /control. */
  readonly control?: boolean;
  /** Wall time in ms since the epoch. */
  readonly now?: () => number;
}

/** Options with their defaults. */
export type PortalSettings = Required<Omit<PortalOptions, 'ledger'>> & {
  readonly ledger: string | undefined;
};

/** Fills in the defaults. */
export function settingsOf(options: PortalOptions): PortalSettings {
  return {
    port: 0,
    seed: 1,
    matches: 60,
    perPage: 10,
    inbox: 20,
    sessionTtlMs: 15 * 60_000,
    tokenTtlMs: 5 * 60_000,
    latencyMs: 0,
    rateLimit: 0,
    control: false,
    ledger: undefined,
    now: Date.now,
    ...options,
  };
}

/** What a session has been through. Counts since it was made; times in ms. */
export interface SessionStats {
  readonly generation: number;
  /** Resources that were opened and published. */
  readonly opens: number;
  /** Tries at opening that failed. */
  readonly failedOpens: number;
  readonly reattaches: number;
  readonly losses: number;
  /** Losses of a lease's view alone (a page), with the resource alive. */
  readonly viewLosses: number;
  readonly recoveries: number;
  readonly recycles: number;
  readonly logins: number;
  readonly failedLogins: number;
  readonly refreshes: number;
  readonly probes: number;
  readonly failedProbes: number;
  readonly leases: number;
  readonly leasesOut: number;
  readonly calls: number;
  readonly deadlines: number;
  /** Calls that were refused or ended because their lease was stale. */
  readonly staleCalls: number;
  readonly snapshots: number;
  /** From the loss to the next published generation; the last 1,000. */
  readonly recoveryMs: readonly number[];
}

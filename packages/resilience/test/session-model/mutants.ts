/** A defect that is put into the sources of the session, to see whether the model notices. */
export interface Mutant {
  readonly name: string;
  /** File in `src/session`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Each breaks one thing that the model says must hold. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'publishes before the probe',
    file: 'opening.ts',
    from: 'await this.#probe(held, run);',
    to: 'void this.#probe(held, run).catch(() => {});',
  },
  {
    name: 'lets stale leases through',
    file: 'session-lease.ts',
    from: 'if (this.stale) throw this.#staleError();\n    const deadlineMs',
    to: 'const deadlineMs',
  },
  {
    name: 'does not wait for the close before it opens',
    file: 'opening.ts',
    from: 'if (orderly) await limited(() => this.#parts.closer.running(ended), this.#limit(run));',
    to: '',
  },
  {
    name: 'logs in once for each that asks',
    file: 'calls.ts',
    from: 'if (epoch === logins.epoch) {',
    to: 'if (epoch <= logins.epoch) {',
  },
  {
    name: 'forgets what an abandoned open yields',
    file: 'opening.ts',
    from: 'void this.#parts.closer.close(held, { force: true });\n  }\n\n  #tellFailure',
    to: '}\n\n  #tellFailure',
  },
  {
    name: 'forgets the budget of recoveries',
    file: 'machine-rules.ts',
    from: '.length >= max) {',
    to: '.length > 1_000) {',
  },
  {
    name: 'forgets the budget of logins',
    file: 'login-record.ts',
    from: 'if (oldest !== undefined) {',
    to: 'if (oldest !== undefined && record.failed > 1_000) {',
  },
  {
    name: 'loses a waiter whose view was overtaken by a loss',
    file: 'lender.ts',
    from: 'this.#waiters.putBack(waiter);\n  }\n\n  #hand',
    to: '}\n\n  #hand',
  },
];

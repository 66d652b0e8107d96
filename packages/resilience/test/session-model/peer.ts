import type { LossReport } from '../../src/session/index.ts';

/** A peer as it is, whatever the session believes. */
export interface Peer {
  readonly id: number;
  readonly generation: number;
  alive: boolean;
  closed: boolean;
  closeAsked: boolean;
  forced: boolean;
  closeGivenUp: boolean;
  /** Yielded after the session had given the open up. */
  readonly abandoned: boolean;
  probed: boolean;
  frozenUntil: number;
  cookie: number;
  lost: (report: LossReport) => void;
}

/** What a lease works with where there are views. */
export interface View {
  readonly peer: Peer;
  lost: (report: LossReport) => void;
}

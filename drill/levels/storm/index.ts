import type { Fault } from '../../fault.ts';
import { BESIDE_MS, storm, STORM_MS } from './storm.ts';

/** Rows of the level `storm`. */
export const stormRows: readonly Fault[] = [
  {
    name: 'storm, then calm',
    layer: 'storm',
    about:
      'Toxics on the wire, wrong answers, closed ports, SIGKILL and SIGSTOP of the engine overlap, in a mix and an order of the seed, while records are added; then all of it ends.',
    holds:
      'Nothing is lost, doubled or invented in the storm; in the calm it is caught up and sound by itself.',
    quick: true,
    limitMs: (durationMs) => (durationMs ?? STORM_MS.full) + BESIDE_MS,
    missing: () => (process.platform === 'win32' ? 'SIGSTOP, which Windows does not have' : null),
    play: storm,
  },
];

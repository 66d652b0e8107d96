import { existsSync } from 'node:fs';
import type { Fault } from '../../fault.ts';
import { AROUND_MS, soak, SOAK_MS } from './soak.ts';

/** Rows of the level `soak`. */
export const soakRows: readonly Fault[] = [
  {
    name: 'soak',
    layer: 'soak',
    about:
      'Three upstreams that change every second, with mild faults, harvested by the background service for as long as `--duration` says, while others read; a second installation is stopped, verified and started again and again.',
    holds:
      'Memory, descriptors, the log of the store and the delay of the event loop do not rise; nothing is lost, duplicated or unexpected.',
    quick: false,
    limitMs: (durationMs) => (durationMs ?? SOAK_MS) + AROUND_MS,
    missing: () => (existsSync('/proc/self/status') ? null : 'the process table of Linux (/proc)'),
    play: soak,
  },
];

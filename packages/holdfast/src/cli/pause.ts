import { pauseOrResume } from './pause-or-resume.ts';
import type { Register } from './verb.ts';

/** `pause`: a source, or all, asks nothing until it is resumed, over restarts too. */
export const register: Register = pauseOrResume('pause', (ids, engineRuns) =>
  engineRuns
    ? `Paused: ${ids}. Nothing is asked until holdfast resume.`
    : `No engine runs. The next one leaves ${ids} alone until holdfast resume.`,
);

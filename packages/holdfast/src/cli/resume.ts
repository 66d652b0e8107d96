import { pauseOrResume } from './pause-or-resume.ts';
import type { Register } from './verb.ts';

/** `resume`: a source, or all, goes on where it was paused. */
export const register: Register = pauseOrResume('resume', (ids, engineRuns) =>
  engineRuns ? `Resumed: ${ids}.` : `No engine runs. ${ids} is harvested again once one does (holdfast run).`,
);

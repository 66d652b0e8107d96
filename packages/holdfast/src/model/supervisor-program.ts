/** The supervisor in one file, from the folder of the package: started by its path, without the command line. */
export const SUPERVISOR_PROGRAM = 'dist/daemon/supervise.cjs';

/**
 * Options of Node that keep a supervisor small: its garbage is collected before there are tens of megabytes of it (5 MB
 * live; V8 would wait for 20), and code that runs a few times a minute needs no compilers. Its children are started
 * without them.
 */
export const SUPERVISOR_NODE_OPTIONS: readonly string[] = [
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--jitless',
];

import type { Register } from './verb.ts';

/** A verb of the command line; its file is loaded only when it is used. */
export interface Verb {
  /** Name and arguments as the parser takes them. */
  readonly usage: string;
  readonly summary: string;
  /** For the program itself, not for people. */
  readonly hidden?: boolean;
  readonly load: () => Promise<{ readonly register: Register }>;
}

/** All verbs in the order in which help shows them. `sim` is not here: it passes its arguments on unread. */
export const VERBS: readonly Verb[] = [
  { usage: 'run', summary: 'harvest in the foreground', load: () => import('./run.ts') },
  { usage: 'start', summary: 'harvest in the background', load: () => import('./start.ts') },
  { usage: 'stop', summary: 'end the harvest that runs', load: () => import('./stop.ts') },
  {
    usage: 'restart',
    summary: 'start the engine anew with the configuration as it is now',
    load: () => import('./restart.ts'),
  },
  { usage: 'logs', summary: 'print what was logged', load: () => import('./logs.ts') },
  {
    usage: 'supervise',
    summary: 'harvest under a service manager or in a container',
    load: () => import('./supervise.ts'),
  },
  {
    usage: 'plan',
    summary: 'print what the supervisor is to run',
    hidden: true,
    load: () => import('./plan.ts'),
  },
  { usage: 'status', summary: 'show how the harvest stands', load: () => import('./status.ts') },
  { usage: 'export', summary: 'write the papers to standard output', load: () => import('./export.ts') },
  { usage: 'search <query...>', summary: 'find papers', load: () => import('./search.ts') },
  { usage: 'show <id>', summary: 'show one paper', load: () => import('./show.ts') },
  { usage: 'sources', summary: 'list the sources and how they stand', load: () => import('./sources.ts') },
  {
    usage: 'audit',
    summary: 'compare what is here with what the upstream has',
    load: () => import('./audit.ts'),
  },
  { usage: 'gaps', summary: 'list what is known to be missing', load: () => import('./gaps.ts') },
  {
    usage: 'incidents',
    summary: 'list what went wrong and how it ended',
    load: () => import('./incidents.ts'),
  },
  { usage: 'quarantine', summary: 'list what could not be parsed', load: () => import('./quarantine.ts') },
  {
    usage: 'redrive [numbers...]',
    summary: 'parse quarantined bytes again',
    load: () => import('./redrive.ts'),
  },
  { usage: 'ack <id>', summary: 'acknowledge a quarantined record or a gap', load: () => import('./ack.ts') },
  {
    usage: 'import <paths...>',
    summary: 'bring in what others harvested: snapshots, dumps, exports',
    load: () => import('./import.ts'),
  },
  { usage: 'verify', summary: 'check the integrity of the store', load: () => import('./verify.ts') },
  {
    usage: 'prove [file]',
    summary: 'write a proof of what is held, which others can check',
    load: () => import('./prove.ts'),
  },
  {
    usage: 'digest',
    summary: 'count and hash of each day, to compare two installations',
    load: () => import('./digest.ts'),
  },
  { usage: 'feed', summary: 'write the changes to standard output', load: () => import('./feed.ts') },
  { usage: 'backup', summary: 'copy the store and test the copy', load: () => import('./backup.ts') },
  {
    usage: 'restore <file>',
    summary: 'put a backup in the place of the store',
    load: () => import('./restore.ts'),
  },
  { usage: 'retry <source>', summary: 'end the waiting of a source', load: () => import('./retry.ts') },
  {
    usage: 'pause [source]',
    summary: 'ask nothing of a source, or of all, until it is resumed',
    load: () => import('./pause.ts'),
  },
  {
    usage: 'resume [source]',
    summary: 'let a paused source, or all, go on',
    load: () => import('./resume.ts'),
  },
  {
    usage: 'service <action>',
    summary: 'install, remove or look at the service of the operating system',
    load: () => import('./service.ts'),
  },
  {
    usage: 'alert <action>',
    summary: 'send a test to the channels of alerts, or list what was sent',
    load: () => import('./alert.ts'),
  },
  {
    usage: 'doctor',
    summary: 'look for what keeps a harvest from running for ever',
    load: () => import('./doctor.ts'),
  },
  {
    usage: 'config',
    summary: 'print the configuration in effect and its origins',
    load: () => import('./config.ts'),
  },
  {
    usage: 'demo',
    summary: 'harvest simulated upstreams with faults, without network',
    load: () => import('./demo.ts'),
  },
];

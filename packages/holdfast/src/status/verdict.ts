import { helpersDown, isDamaged, isLate, unkept } from './degraded.ts';
import type { SourceStatus, StatusReport } from './status-report.ts';

/** How things stand, in one sentence and the reasons for it. */
export interface Overall {
  /** `well`; `waiting`: nothing is wrong here, something outside is waited for; `degraded`: something is unresolved. */
  readonly level: 'well' | 'waiting' | 'degraded';
  readonly sentence: string;
  readonly reasons: readonly string[];
}

/** States in which a source waits for its upstream, and ours of the machine, each with what is said of it. */
const WAITS: Readonly<Partial<Record<SourceStatus['state'], string>>> = {
  waiting: 'waiting for its upstream',
  stale: 'waiting for a day that its upstream should have by now',
  throttled: 'throttled by its upstream',
  offline: 'held up because this machine is offline',
  asleep: 'held up because this machine was asleep',
  paused: 'paused by the operator',
};
/** At most so many sources are named. */
const NAMED = 3;

/** Whether all is well, and why not. Claims no more than was counted. */
export function overallOf(report: StatusReport): Overall {
  const wrong = [
    ...damage(report),
    ...engineTrouble(report),
    ...helperTrouble(report),
    ...disk(report),
    ...lateSources(report),
    ...unresolved(report),
    ...unkept(report),
  ];
  const waits = [...machineWaits(report), ...waitingSources(report)];
  if (wrong.length > 0)
    return { level: 'degraded', sentence: 'Something needs attention.', reasons: [...wrong, ...waits] };
  if (waits.length > 0)
    return {
      level: 'waiting',
      sentence: 'Waiting, with nothing known to be missing.',
      reasons: waits,
    };
  const active = report.sources.filter(({ state }) => state !== 'disabled').length;
  const catchingUp = report.sources.filter(({ state }) => state === 'catching-up').length;
  const reason =
    catchingUp > 0
      ? `${catchingUp} of ${plural(active, 'source')} ${catchingUp === 1 ? 'is' : 'are'} catching up; no gap is open and nothing is in quarantine.`
      : `${plural(active, 'source')} up to date, no gap is open and nothing is in quarantine.`;
  return { level: 'well', sentence: 'All is well.', reasons: [reason] };
}

function damage(report: StatusReport): string[] {
  return isDamaged(report) ? ['The store does not hold what was written: holdfast verify names what.'] : [];
}

function engineTrouble({ engine }: StatusReport): string[] {
  switch (engine.state) {
    case 'running':
      return [];
    case 'starting':
      return ['The engine is starting.'];
    case 'stopped':
      return ['The engine does not run: nothing is being harvested.'];
    case 'hung':
      return ['The engine hangs: it gives no sign of life.'];
    case 'cooling-down':
      return [
        'The engine ended too often in a row, or a person has to mend what it told (holdfast logs); it is started again after a cooldown.',
      ];
  }
}

function helperTrouble(report: StatusReport): string[] {
  return helpersDown(report).map(({ name, mode, nextStartAt }) => {
    if (mode === 'hung') return `The ${name} hangs: it gives no sign of life.`;
    const when = nextStartAt === null ? 'after a cooldown' : `at ${nextStartAt.slice(11, 16)} UTC`;
    return `The ${name} ended too often in a row; it is started again ${when}.`;
  });
}

function disk({ sources }: StatusReport): string[] {
  const names = sources.filter(({ waitsForDisk }) => waitsForDisk).map(({ id }) => id);
  const what = 'for the disk: what comes is kept in memory and cannot be stored.';
  return names.length === 0 ? [] : [`${verbOf(names, 'waits', 'wait')} ${what}`];
}

function lateSources({ sources }: StatusReport): string[] {
  const bad = sources.filter(isLate);
  const kinds = [
    [
      bad.filter(({ state }) => state === 'blocked'),
      'is shut out by its upstream',
      'are shut out by their upstreams',
    ],
    [bad.filter(({ state }) => state === 'auth-needed'), 'needs a login', 'need a login'],
    [bad.filter(({ state }) => state !== 'blocked' && state !== 'auth-needed'), 'is late', 'are late'],
  ] as const;
  return kinds.flatMap(([some, one, many]) =>
    some.length === 0
      ? []
      : [
          `${verbOf(
            some.map(({ id }) => id),
            one,
            many,
          )}.`,
        ],
  );
}

function unresolved({ store }: StatusReport): string[] {
  const { gapsOpen, quarantined } = store;
  return [
    ...(gapsOpen === 0 ? [] : [`${plural(gapsOpen, 'gap')} ${gapsOpen === 1 ? 'is' : 'are'} open.`]),
    ...(quarantined === 0
      ? []
      : [`${plural(quarantined, 'record')} ${quarantined === 1 ? 'is' : 'are'} in quarantine.`]),
  ];
}

function machineWaits({ machine }: StatusReport): string[] {
  return machine?.network === 'down' ? ['This machine is offline; every wait ends when it is back.'] : [];
}

function waitingSources({ sources }: StatusReport): string[] {
  return Object.entries(WAITS).flatMap(([state, words]) => {
    const names = sources
      .filter((source) => source.state === state && !isLate(source) && !source.waitsForDisk)
      .map(({ id }) => id);
    return names.length === 0 ? [] : [`${verbOf(names, `is ${words}`, `are ${words}`)}.`];
  });
}

function verbOf(names: readonly string[], one: string, many: string): string {
  const more = names.length - NAMED;
  const list = more > 0 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ');
  return `${list} ${names.length === 1 ? one : many}`;
}

function plural(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
}

/** What can be typed next, most useful first. */
export function nextCommands(report: StatusReport): readonly string[] {
  const { engine, sources, store, incidents } = report;
  const isDown = engine.state === 'hung' || engine.state === 'cooling-down' || helpersDown(report).length > 0;
  const waiting = sources.find(
    ({ state, waitsForDisk }) => !waitsForDisk && ['waiting', 'throttled', 'blocked'].includes(state),
  );
  const isDiskFull = sources.some(({ waitsForDisk }) => waitsForDisk);
  const paused = sources.find(({ state }) => state === 'paused');
  const commands = [
    ...(isDamaged({ incidents }) ? ['holdfast verify'] : []),
    ...(engine.state === 'stopped' ? ['holdfast start'] : []),
    ...(isDown ? ['holdfast logs'] : []),
    ...(isDiskFull ? ['holdfast doctor'] : []),
    ...(waiting === undefined ? [] : [`holdfast retry ${waiting.id}`]),
    ...(paused === undefined ? [] : [`holdfast resume ${paused.id}`]),
    ...(store.gapsOpen > 0 ? ['holdfast gaps'] : []),
    ...(store.quarantined > 0 ? ['holdfast quarantine'] : []),
    ...(incidents.length > 0 ? ['holdfast incidents'] : []),
  ];
  return commands.length > 0 ? commands : ['holdfast search WORDS', 'holdfast export --format jsonl'];
}

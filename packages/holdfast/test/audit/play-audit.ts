import { seededRandom, type Random } from '@holdfast/resilience/clock';
import { faults, type Kind } from '@holdfast/upstream';
import type { AuditRun } from '../../src/model/audit.ts';
import { AuditMachine } from './audit-machine.ts';

/** What came of one harvest and its audit. */
export interface PlayedAudit {
  readonly seed: number;
  readonly kind: Kind;
  /** What the audit said that is not so, as sentences. */
  readonly alarms: readonly string[];
  /** Rows that the audit found missing. */
  readonly missing: number;
  readonly requests: number;
  readonly doubts: readonly string[];
  readonly fired: readonly string[];
}

const KINDS: readonly Kind[] = ['arxiv', 'oai-pmh', 'biorxiv', 'medrxiv'];

/** Harvests a random corpus under random faults and audits it under others; nothing is planted. */
export async function playAudit(seed: number): Promise<PlayedAudit> {
  const random = seededRandom(seed);
  const kind = pick(KINDS, random);
  const listed = kind === 'arxiv' || kind === 'oai-pmh';
  const machine = new AuditMachine({
    kind,
    seed,
    from: '25d',
    records: 20 + whole(80, random),
    days: 5 + whole(18, random),
    pageSize: 3 + whole(12, random),
    restamp: listed && random.next() < 0.3 ? 1 + whole(2, random) : 0,
    inflateTotal: !listed && random.next() < 0.2 ? 1 + whole(5, random) : 0,
    publishAfterRequests: 10 + whole(200, random),
    faults: drawFaults(kind, '', random),
  });
  await machine.harvest();
  machine.upstream.disarm();
  const absent = await absentRows(machine);
  for (const fault of drawFaults(kind, 'any:', random)) machine.upstream.arm(fault);
  const asked = machine.requests();
  const run = await machine.audit();
  const opened = (await machine.store.gaps()).filter(
    ({ id, since }) => id !== null && since >= run.startedAt,
  );
  const published = publishedSince(machine, run.startedAt);
  const wrong = opened.filter(({ id }) => !absent.has(id ?? '') && !published.has(id ?? ''));
  const bound = [...absent.values(), ...published.values()].reduce((sum, count) => sum + count, 0);
  const after = await machine.compare();
  const doubts = doubtsOf(run);
  const overlooked =
    doubts.length === 0 ? overlookedBy(run, machine, after.lost) : await afterDoubts(machine);
  return {
    seed,
    kind,
    alarms: [
      ...wrong.map(({ key, reason }) => `a gap that is none: ${key}: ${reason}`),
      ...(run.missing > bound ? [`${String(run.missing)} missing of ${String(bound)}: ${run.note}`] : []),
      ...overlooked.map((id) => `${id} is missing, and nothing tells of it`),
      ...after.unexpected.map((id) => `unexpected ${id}`),
      ...after.duplicated.map((id) => `duplicated ${id}`),
      ...after.impolite,
      ...(run.state === 'ended' ? [] : [`it did not end: ${run.note}`]),
    ],
    missing: run.missing,
    requests: machine.requests() - asked,
    doubts,
    fired: after.fired,
  };
}

/** What could not be asked about is asked about by the next audit, unless that one has doubts too. */
async function afterDoubts(machine: AuditMachine): Promise<readonly string[]> {
  machine.upstream.disarm();
  const next = await machine.audit();
  if (doubtsOf(next).length > 0) return [];
  return overlookedBy(next, machine, (await machine.compare()).lost);
}

function doubtsOf({ progress }: AuditRun): readonly string[] {
  return (progress as { readonly doubts: readonly string[] }).doubts;
}

/** Those of the lost that an audit had to find. */
function overlookedBy(
  { range, startedAt }: AuditRun,
  machine: AuditMachine,
  lost: readonly string[],
): readonly string[] {
  const { upstream, kind } = machine;
  const published = publishedSince(machine, startedAt);
  const stamps = new Map([...upstream.truth()].map((row) => [keyOf(kind, row), row]));
  return lost.filter((key) => {
    const { id = '', datestamp = '' } = stamps.get(key) ?? {};
    return datestamp >= range.from && datestamp < range.to && !published.has(id);
  });
}

/** Where versions are rows, each has a name of its own. */
function keyOf(
  kind: Kind,
  { id, version }: { readonly id: string; readonly version?: string | null },
): string {
  return kind === 'biorxiv' || kind === 'medrxiv' ? `${id}v${String(version)}` : id;
}

/** By id, how many rows of the truth are not here, or only with an older stamp. */
async function absentRows({ upstream, store, kind }: AuditMachine): Promise<ReadonlyMap<string, number>> {
  const here = new Map<string, string>();
  for await (const { fields, datestamp } of store.export({ allVersions: true }))
    here.set(keyOf(kind, fields), datestamp);
  const absent = new Map<string, number>();
  for (const row of upstream.truth()) {
    const { id, datestamp } = row;
    const stamp = here.get(keyOf(kind, row));
    if (stamp === undefined || stamp < datestamp) absent.set(id, (absent.get(id) ?? 0) + 1);
  }
  return absent;
}

/** Rows that came back, or changed, during the audit: it may say so. */
function publishedSince({ upstream }: AuditMachine, since: number): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  for (const entry of upstream.ledger.entries)
    if (entry.type === 'change' && entry.at >= since) rows.set(entry.id, (rows.get(entry.id) ?? 0) + 1);
  return rows;
}

function drawFaults(kind: Kind, scope: string, random: Random): string[] {
  const names = faults.filter((fault) => fault.kinds.includes(kind)).map(({ name }) => name);
  return Array.from({ length: whole(4, random) }, () => {
    const times = random.next() < 0.8 ? '' : `x${String(2 + whole(3, random))}`;
    return `${scope}${pick(names, random)}@${String(1 + whole(5, random))}${times}`;
  });
}

function pick<T>(values: readonly T[], random: Random): T {
  const value = values[whole(values.length, random)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

function whole(below: number, random: Random): number {
  return Math.floor(random.next() * below);
}

import type { Clock } from '../../clock/clock.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import { isAlive } from '../../process/process-identity.ts';
import { deleteProfile } from './delete-profile.ts';
import { endStarted } from './end-started.ts';
import type { ProcessRecord } from './process-record.ts';
import type { TreeWorld } from '../../process/process-tree.ts';

/** What became of one record. */
export interface Reaped {
  readonly record: ProcessRecord;
  readonly ended: readonly ProcessIdentity[];
  readonly left: readonly ProcessIdentity[];
  readonly profileDeleted?: string;
  readonly profileKept?: { readonly profile: string; readonly why: string };
  /** Whether nothing is left to do, so that the record may be forgotten. */
  readonly settled: boolean;
}

/** Ends what one record stands for, unless its owner lives. */
export async function reapRecord(
  record: ProcessRecord,
  tools: { readonly clock: Clock; readonly world: TreeWorld; readonly records: readonly ProcessRecord[] },
): Promise<Reaped> {
  const { clock, world, records } = tools;
  if (isAlive(record.owner, world)) return { record, ended: [], left: [], settled: false };
  const known = record.process === undefined ? [] : [record.process];
  const { ended, left } = await endStarted(record, known, { clock, world });
  const { profile } = record;
  if (profile === undefined || left.length > 0) return { record, ended, left, settled: left.length === 0 };
  const used = records.some((other) => other.profile === profile && isAlive(other.owner, world));
  const outcome = used
    ? ({ kind: 'refused', why: 'a running process has recorded it as its own' } as const)
    : await deleteProfile(profile);
  switch (outcome.kind) {
    case 'absent':
      return { record, ended, left, settled: true };
    case 'deleted':
      return { record, ended, left, settled: true, profileDeleted: profile };
    case 'refused':
      return { record, ended, left, settled: true, profileKept: { profile, why: outcome.why } };
    case 'failed':
      return { record, ended, left, settled: false, profileKept: { profile, why: outcome.why } };
  }
}

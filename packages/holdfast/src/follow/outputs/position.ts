import { HoldfastError } from '../../model/error.ts';
import type { StoreIdentity, StoreReader } from '../../store/port.ts';

/** How far a follower has come: everything up to this change has been written. */
export interface FeedPosition {
  /** Of the store whose feed it is; '' = not known. */
  readonly epoch: string;
  readonly seq: bigint;
  /** Of the change with this `seq`; '' before the first, and where it is not known. */
  readonly hash: string;
}

/** What a position is checked against. */
export type FeedReader = Pick<StoreReader, 'identity' | 'changes'>;

/** The position behind the change with this `seq`. */
export async function positionAt(reader: FeedReader, epoch: string, seq: bigint): Promise<FeedPosition> {
  return { epoch, seq, hash: await hashAt(reader, seq) };
}

/**
 * Who the store is now, when its feed is the one that the position stands in.
 * @throws HoldfastError `ERR_FEED_RESTORED` when the store was put back from a copy or is another one: its numbers then
 *   mean something else, and to go on would skip changes in silence
 */
export async function checkFeed(reader: FeedReader, position: FeedPosition): Promise<StoreIdentity> {
  const identity = await reader.identity();
  const { epoch, seq, hash } = position;
  if (epoch !== '' && epoch !== identity.epoch)
    throw restored(
      `it was restored from a copy, or is another store (epoch ${identity.epoch}, not ${epoch})`,
    );
  if (seq > identity.lastSeq)
    throw restored(`its feed ends with ${identity.lastSeq}, but ${seq} was reached before`);
  if (hash !== '' && (await hashAt(reader, seq)) !== hash)
    throw restored(`its change ${seq} is not the one that was reached before`);
  return identity;
}

async function hashAt(reader: FeedReader, seq: bigint): Promise<string> {
  if (seq === 0n) return '';
  const [change] = await reader.changes(seq - 1n, 1);
  return change?.seq === seq ? change.hash : '';
}

function restored(why: string): HoldfastError {
  return new HoldfastError('ERR_FEED_RESTORED', `The store's feed cannot be followed further: ${why}.`, {
    hint: 'What was written so far belongs to the store as it was. Begin a new export from the start.',
  });
}

import { classify } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import type { FormatWriter } from '../../formats/format.ts';
import type { FeedPosition } from '../../follow/outputs/position.ts';
import type { PaperReader } from '../../follow/outputs/papers-since.ts';
import { papersSince } from '../../follow/outputs/papers-since.ts';
import { writeRound } from '../../follow/outputs/write-round.ts';
import type { ExportQuery } from '../../store/port.ts';
import type { ExportSink } from './sinks.ts';

/** What an export works with. */
export interface ExportRun {
  readonly writer: FormatWriter;
  readonly query: ExportQuery;
  /** The first change that is wanted is the one behind it; where the sink has a position, that one counts. */
  readonly from: bigint;
  readonly sink: ExportSink;
  /** The store as it stands there now. */
  readonly reader: () => Promise<PaperReader>;
  readonly clock: Clock;
}

/** What only a follower needs. */
export interface Following {
  readonly signal: AbortSignal;
  /** The store cannot be read at the moment; told once a reason. */
  readonly onWait: (error: unknown) => void;
}

/** How often a follower looks, ms: one row of the store is read then. */
const LOOK_EVERY_MS = 500;

/** Writes everything that there is, and ends. */
export async function exportAll(run: ExportRun): Promise<void> {
  const { writer, sink, query, reader } = run;
  await begin(run);
  const position = await writeRound(papersSince(await reader(), query, startOf(run)), writer, sink);
  const footer = writer.footer();
  if (footer.length > 0) await sink.write(footer);
  if (position !== null) await sink.settle(position);
  await sink.finish();
}

/**
 * Writes everything that there is, and goes on with what is committed, until the signal aborts. An engine that restarts
 * and a disk that fails for a moment are waited for.
 * @throws HoldfastError `ERR_FEED_RESTORED` when another store stands there now
 */
export async function exportOn(run: ExportRun, { signal, onWait }: Following): Promise<void> {
  const { writer, sink, query, reader, clock } = run;
  await begin(run);
  let position = startOf(run);
  let told = '';
  while (!signal.aborted) {
    const progress = { seq: position.seq };
    try {
      const papers = papersSince(await reader(), query, position);
      const next = await writeRound(papers, writer, sink, { signal, progress });
      if (next === null) return;
      if (next.seq !== position.seq || next.epoch !== position.epoch) await sink.settle(next);
      position = next;
      told = '';
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (!isPassing(error, code)) throw error;
      if (told !== message) onWait(error);
      told = message;
      // What was written before it failed is not written again.
      position = { ...position, ...(progress.seq === position.seq ? {} : { seq: progress.seq, hash: '' }) };
    }
    await clock.sleep(LOOK_EVERY_MS, { signal }).catch(() => undefined);
  }
}

/** The store is being put back, opened or mended. What cannot be written is the caller's: half a round was. */
function isPassing(error: unknown, code: string | undefined): boolean {
  if (code === 'ERR_OUTPUT_WRITE') return false;
  return (
    code === 'ERR_STORE_ABSENT' ||
    (code?.startsWith('ERR_STORE') === true && classify(error).category === 'local')
  );
}

async function begin({ writer, sink }: ExportRun): Promise<void> {
  const header = sink.isEmpty ? writer.header() : '';
  if (header.length > 0) await sink.write(header);
}

function startOf({ sink, from }: ExportRun): FeedPosition {
  return sink.position ?? { epoch: '', seq: from, hash: '' };
}

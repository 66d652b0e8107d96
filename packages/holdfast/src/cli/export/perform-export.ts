import type { Config } from '../../config/index.ts';
import { hasEnd, openFormat } from '../../formats/format.ts';
import { OutputFile } from '../../follow/outputs/output-file.ts';
import { EXIT } from '../../model/exit-code.ts';
import { storeFileOf, withStore } from '../../status/open-reader.ts';
import type { ExportQuery, StoreReader } from '../../store/port.ts';
import type { Io } from '../io.ts';
import { writeLine } from '../io.ts';
import { checkHeldSource } from '../known-source.ts';
import { reportError } from '../report-error.ts';
import { plain } from '../terminal/escape.ts';
import { LiveReader } from './live-reader.ts';
import type { ExportPlan } from './plan.ts';
import { readIds } from './read-ids.ts';
import { exportAll, exportOn } from './run-export.ts';
import type { ExportRun } from './run-export.ts';
import { appendSink, streamSink, wholeFileSink } from './sinks.ts';
import type { ExportSink } from './sinks.ts';

/** Does what an export was planned to do; the exit code is 130 after Ctrl-C in `--follow`, else 0. */
export async function performExport(
  io: Io,
  plan: ExportPlan,
  idFile: string | undefined,
  config: Config,
): Promise<number> {
  if (!plan.follow)
    return withStore(config, async (reader) => {
      await checkHeldSource(config, reader, plan.query.source);
      const run = await prepare(io, plan, idFile, () => Promise.resolve(reader));
      return closing(run.sink, async () => {
        await exportAll(run);
        return EXIT.ok;
      });
    });
  // The first look tells that there is no store; later ones wait for it.
  await withStore(config, (reader) => checkHeldSource(config, reader, plan.query.source));
  const live = new LiveReader(storeFileOf(config));
  try {
    const run = await prepare(io, plan, idFile, () => live.get());
    return await closing(run.sink, () => follow(io, run));
  } finally {
    await live.close();
  }
}

async function prepare(
  io: Io,
  plan: ExportPlan,
  idFile: string | undefined,
  reader: () => Promise<StoreReader>,
): Promise<ExportRun> {
  const { format, withSeq, query } = plan;
  const asked = await narrowed(io, query, idFile, reader);
  const writer = await openFormat(format, { withSeq, allVersions: query.allVersions === true });
  const sink = await sinkOf(io, plan, reader);
  return { writer, query: asked, from: await startWithin(io, plan, reader), sink, reader, clock: io.clock };
}

async function narrowed(
  io: Io,
  query: ExportQuery,
  idFile: string | undefined,
  reader: () => Promise<StoreReader>,
): Promise<ExportQuery> {
  if (idFile === undefined) return query;
  const { ids, unknown, unknownCount } = await readIds(idFile, await reader());
  for (const text of unknown) await writeLine(io.err, `holdfast: not in the store: ${plain(text)}`);
  if (unknownCount > unknown.length)
    await writeLine(io.err, `holdfast: … and ${unknownCount - unknown.length} more`);
  if (unknownCount > 0)
    await writeLine(io.err, `holdfast: ${unknownCount} of the ids asked for are not in the store.`);
  return { ...query, ids };
}

async function sinkOf(io: Io, plan: ExportPlan, reader: () => Promise<StoreReader>): Promise<ExportSink> {
  const { output, format, resume, content, from } = plan;
  if (output === null) return streamSink(io.out);
  if (hasEnd(format)) return wholeFileSink(output);
  const options = { path: output, content };
  const file = await (resume ? OutputFile.resume(options) : OutputFile.create(options));
  // A file without a position could not be told from one that somebody else made.
  if (file.position === null)
    await file.save({ epoch: (await (await reader()).identity()).epoch, seq: from, hash: '' });
  return appendSink(file, reader);
}

/** Numbers beyond the end of the feed are those of another store: an export that ends says so, one that goes on stops. */
async function startWithin(io: Io, plan: ExportPlan, reader: () => Promise<StoreReader>): Promise<bigint> {
  const { lastSeq } = await (await reader()).identity();
  if (plan.follow || plan.from <= lastSeq) return plan.from;
  await writeLine(
    io.err,
    `holdfast: the feed ends with ${lastSeq}, before --since-seq ${plan.from}: was the store restored, or is it another one?`,
  );
  return lastSeq;
}

async function follow(io: Io, run: ExportRun): Promise<number> {
  const stop = new AbortController();
  let exitCode: number = EXIT.ok;
  const ignore = io.onSignal((signal) => {
    exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
    stop.abort();
  });
  try {
    await exportOn(run, { signal: stop.signal, onWait: (error) => void reportError(io, error) });
  } finally {
    ignore();
  }
  return exitCode;
}

async function closing(sink: ExportSink, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } finally {
    await sink.close();
  }
}

import { rename, stat } from 'node:fs/promises';
import { openFormat } from '../../formats/format.ts';
import type { FormatWriter } from '../../formats/format.ts';
import { keepTrying } from './keep-trying.ts';
import type { OutputDeps, OutputEnd } from './keep-trying.ts';
import { OutputFile, positionFile } from './output-file.ts';
import type { PaperReader } from './papers-since.ts';
import { papersSince } from './papers-since.ts';
import { checkFeed, positionAt } from './position.ts';
import { writeRound } from './write-round.ts';

const CONTENT = JSON.stringify({ format: 'jsonl', kept: 'every change' });

/**
 * Appends a line per change to a JSONL file, behind the commits and never in their way, until the harvest is over and
 * everything is written. A disk that does not take it is told, waited for and tried again; nothing is lost by that.
 * Resolves as `keepTrying`.
 */
export async function keepJsonl(
  deps: OutputDeps,
  reader: PaperReader,
  end: OutputEnd,
): Promise<string | null> {
  const writer = await openFormat('jsonl', { withSeq: true, allVersions: false });
  let file: OutputFile | null = null;
  return await keepTrying(deps, end, {
    step: async () => {
      file ??= await openOutput(deps, reader);
      return await appendNew(file, reader, writer, end.stop);
    },
    close: async () => {
      const open = file;
      file = null;
      await open?.close();
    },
  });
}

/** The file where it ends; one that belongs to another feed, or that somebody changed, is put beside it and told. */
async function openOutput(deps: OutputDeps, reader: PaperReader): Promise<OutputFile> {
  const options = { path: deps.path, content: CONTENT };
  try {
    const file = await OutputFile.resume(options);
    try {
      if (file.position === null)
        await file.save(await positionAt(reader, (await reader.identity()).epoch, 0n));
      else await checkFeed(reader, file.position);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    if (!['ERR_FEED_RESTORED', 'ERR_OUTPUT_OTHER', 'ERR_OUTPUT_CHANGED'].includes(code ?? '')) throw error;
    const old = await putAside(deps.path);
    deps.notice({
      code: 'OUTPUT_BEGUN_ANEW',
      message: `${message} What was written is in ${old}; ${deps.path} begins anew with all papers.`,
      hint: 'Whoever reads the file must read it from its start.',
    });
    return openOutput(deps, reader);
  }
}

/** Renames the file to the first free name beside it. The position goes last: without a file it means nothing. */
async function putAside(path: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const old = `${path}.old-${number}`;
    if (await exists(old)) continue;
    await rename(path, old);
    await rename(positionFile(path), positionFile(old)).catch(() => undefined);
    return old;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Whether everything is written: the signal may have come first. */
async function appendNew(
  file: OutputFile,
  reader: PaperReader,
  writer: FormatWriter,
  signal: AbortSignal,
): Promise<boolean> {
  const from = file.position;
  if (from === null) throw new Error('the output has no position');
  const { epoch } = from;
  const reached = await writeRound(
    papersSince(reader, {}, from),
    writer,
    {
      write: (piece) => file.write(piece),
      reached: async (seq) => file.save(await positionAt(reader, epoch, seq)),
    },
    { signal },
  );
  if (reached !== null && reached.seq !== from.seq) await file.save(reached);
  if (reached !== null) return true;
  // What was begun may have been the last.
  const at = file.position ?? from;
  return (await checkFeed(reader, at)).lastSeq === at.seq;
}

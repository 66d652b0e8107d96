import { VirtualClock } from '@holdfast/resilience/clock';
import { expect, test } from 'vitest';
import { HoldfastError } from '../../model/error.ts';
import type { ImportSummary } from '../../model/import.ts';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import { Imports } from './imports.ts';
import type { ImportFile } from './run-import.ts';

const COUNTS = { added: 1, changed: 0, known: 0, repaired: 0, refused: 0, bad: 0 };

/** Imports that end when they are told to, and the files that were begun. */
function bench() {
  const clock = new VirtualClock();
  const begun: ImportFile[] = [];
  const ends: PromiseWithResolvers<ImportSummary>[] = [];
  const world = { config: { sources: [] }, store: new MemoryStore({ clock }), clock, uniqueId: () => 'x' };
  const imports = new Imports(world, (_world, file) => {
    const end = Promise.withResolvers<ImportSummary>();
    begun.push(file);
    ends.push(end);
    const summary = { ...COUNTS, already: false, stopped: true, sources: [] };
    file.signal.addEventListener('abort', () => end.resolve(summary));
    return end.promise;
  });
  return { imports, begun, ends };
}

test('an import runs in the background, is looked at, and is joined by whoever asks for it again', async () => {
  const { imports, begun, ends } = bench();
  expect(await imports.answer('look', '/a', null)).toEqual({ state: 'none' });
  expect(await imports.answer('start', '/a', null)).toEqual({ state: 'running', progress: null });
  expect(await imports.answer('start', '/a', null)).toEqual({ state: 'running', progress: null });
  expect(begun).toHaveLength(1);
  const progress = { ...COUNTS, bytes: 9, bytesRead: 3, waits: null };
  begun[0]?.onProgress?.(progress);
  expect(await imports.answer('look', '/a', null)).toEqual({ state: 'running', progress });
  const summary = { ...COUNTS, already: false, stopped: false, sources: ['arxiv'] };
  ends[0]?.resolve(summary);
  await ends[0]?.promise;
  expect(await imports.answer('look', '/a', null)).toEqual({ state: 'ended', summary });
});

test('another file is refused while one runs', async () => {
  const { imports } = bench();
  await imports.answer('start', '/a', null);
  await expect(imports.answer('start', '/b', null)).rejects.toMatchObject({ code: 'ERR_IMPORT_BUSY' });
});

test('a stop waits until the import has ended where it can go on', async () => {
  const { imports } = bench();
  await imports.answer('start', '/a', null);
  expect(await imports.answer('stop', '/a', null)).toMatchObject({
    state: 'ended',
    summary: { stopped: true },
  });
  await imports.answer('start', '/a', null);
  await imports.stopAll();
  expect(await imports.answer('look', '/a', null)).toMatchObject({ state: 'ended' });
});

test('what failed is told with its code and hint', async () => {
  const { imports, ends } = bench();
  await imports.answer('start', '/a', null);
  ends[0]?.reject(new HoldfastError('ERR_DATASET_UNREADABLE', 'No.', { hint: 'Look.' }));
  await ends[0]?.promise.catch(() => undefined);
  const failed = { state: 'failed', code: 'ERR_DATASET_UNREADABLE', message: 'No.', hint: 'Look.' };
  expect(await imports.answer('look', '/a', null)).toEqual(failed);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../store/sqlite/index.ts';
import { Harvest, leased, paper } from '../../../store/testing/fixtures.ts';
import { runCommandLine } from '../../main.ts';
import { testIo } from '../../testing/test-io.ts';

let cwd = '';
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'holdfast-input-'));
  const sources = [
    { id: 'library', kind: 'oai-pmh', baseUrl: 'http://127.0.0.1:1/oai', from: 'all' },
    { id: 'arxiv', kind: 'arxiv', from: '30d' },
    { id: 'mirror', kind: 'holdfast', baseUrl: 'http://127.0.0.1:2/', from: 'all' },
  ];
  writeFileSync(join(cwd, 'holdfast.config.json'), JSON.stringify({ dataDir: '.', sources }));
  const store = await openStore({ file: join(cwd, 'holdfast.db'), clock: new VirtualClock() });
  for (const source of ['library', 'mirror']) {
    await store.putSource(source, 'oai-pmh', {});
    const harvest = new Harvest(store, await leased(store, { source }));
    await harvest.add(['rec-1', 'rec 2', 'MS/7'].map((id) => paper({ id })));
  }
  const harvest = new Harvest(store, await leased(store, { source: 'arxiv' }));
  await harvest.add([paper({ id: '2301.00001' }), paper({ id: '2301.00002' })]);
  await store.close();
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function audit(file: string, ...more: string[]) {
  const io = testIo({ cwd });
  const args = ['--config', join(cwd, 'holdfast.config.json'), 'audit', '--input', file, '--ids', ...more];
  return { code: await runCommandLine(args, io), out: io.out.text, err: io.err.text };
}

it.each(['library', 'mirror'])(
  'ids of no known form are compared as they stand when their source %s is named, and refused without it',
  async (source) => {
    writeFileSync(join(cwd, 'list.txt'), 'rec-1\nrec 2\n');
    expect(await audit('list.txt', '--source', source)).toMatchObject({ code: 4, out: 'MS/7\n' });
    writeFileSync(join(cwd, 'whole.txt'), 'rec-1\nMS/7\nrec 2\n');
    expect(await audit('whole.txt', '--source', source)).toMatchObject({ code: 0, out: '' });
    expect((await audit('list.txt')).code).toBe(2);
  },
);

it('a data set with identifiers of another kind alone lacks everything of the source that is named', async () => {
  writeFileSync(join(cwd, 'dois.txt'), '10.1101/2020.01.01.123456\n10.1101/2020.01.01.123457\n');
  expect(await audit('dois.txt', '--source', 'arxiv')).toMatchObject({
    code: 4,
    out: '2301.00001\n2301.00002\n',
    err: expect.stringContaining('of another kind') as string,
  });
});

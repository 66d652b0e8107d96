import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import { expect, test } from 'vitest';
import { BOOK_KEY, readBook, writeBook } from '../../src/follow/alerts/book.ts';
import { channelKey } from '../../src/follow/alerts/channel-name.ts';
import { testMessage } from '../../src/follow/alerts/compose.ts';
import { delivered, queued } from '../../src/follow/alerts/outbox.ts';
import { openStore } from '../../src/store/sqlite/index.ts';
import { listenOn, receiver, testFolder } from './alerts/bench.ts';
import { afterwards } from './support.ts';

const COMMAND_LINE = fileURLToPath(new URL('./doctor/command-line.ts', import.meta.url));

interface Row {
  readonly check: string;
  readonly level: string;
  readonly message: string;
  readonly fixed: string | null;
}

/** A folder with a configuration; `holdfast` runs the command line there. */
class Place {
  readonly folder: string = testFolder();
  readonly dataDir: string = join(this.folder, 'data');
  readonly runtime: string = join(this.folder, 'run');

  constructor(config: object) {
    mkdirSync(this.dataDir);
    mkdirSync(this.runtime, { mode: 0o700 });
    const whole = { dataDir: './data', contact: 'you@example.org', dashboard: { port: 0 }, ...config };
    writeFileSync(join(this.folder, 'holdfast.config.json'), JSON.stringify(whole));
  }

  async holdfast(...words: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(process.execPath, ['--conditions=@holdfast/source', COMMAND_LINE, ...words], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOME: this.folder,
        XDG_RUNTIME_DIR: this.runtime,
        HOLDFAST_STATE_DIR: join(this.folder, 'state'),
        HOOK_KEY: 'hook-key-value',
        NO_PROXY: '*',
      },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const code = await new Promise<number | null>((resolve) => {
      child.on('close', resolve);
    });
    return { code, out, err };
  }

  async doctor(...words: readonly string[]): Promise<{ code: number | null; rows: readonly Row[] }> {
    const { code, out, err } = await this.holdfast('doctor', '--json', ...words);
    expect(out, err).not.toBe('');
    return { code, rows: JSON.parse(out) as Row[] };
  }

  async store(): Promise<string> {
    const file = join(this.dataDir, 'holdfast.db');
    await (await openStore({ file, clock: systemClock })).close();
    return file;
  }
}

/** A repository that describes itself, and what it was asked. */
async function repository(): Promise<{ source: object; asked: string[] }> {
  const asked: string[] = [];
  const identify = `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2026-01-01T00:00:00Z</responseDate><request verb="Identify">http://127.0.0.1/oai</request>
<Identify><repositoryName>R</repositoryName><baseURL>http://127.0.0.1/oai</baseURL><protocolVersion>2.0</protocolVersion>
<adminEmail>a@example.org</adminEmail><earliestDatestamp>2020-01-01</earliestDatestamp><deletedRecord>no</deletedRecord>
<granularity>YYYY-MM-DD</granularity></Identify></OAI-PMH>`;
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'text/xml; charset=utf-8').end(identify);
  });
  const port = await listenOn(server);
  const baseUrl = `http://127.0.0.1:${port}/oai`;
  return { source: { id: 'library', kind: 'oai-pmh', baseUrl, minIntervalMs: 0 }, asked };
}

const levels = (rows: readonly Row[], check: string): string[] =>
  rows.filter((row) => row.check === check).map(({ level }) => level);

test('doctor asks each source once, reads the store, and leaves nothing behind', async () => {
  const { source, asked } = await repository();
  const place = new Place({ sources: [source] });
  await place.store();
  const { rows } = await place.doctor();
  expect(asked).toEqual(['/oai?verb=Identify']);
  for (const check of ['node', 'engine', 'disk', 'durable-writes', 'store', 'source library', 'clock'])
    expect(levels(rows, check), JSON.stringify(rows, null, 1)).not.toContain('bad');
  expect(levels(rows, 'source library')).toEqual(['ok']);
  expect(execFileSync('ls', ['-A', place.dataDir], { encoding: 'utf8' })).not.toContain('.holdfast-');
});

test('doctor finds a damaged store and still makes the other checks', async () => {
  const { source, asked } = await repository();
  const place = new Place({ sources: [source] });
  const file = await place.store();
  const handle = openSync(file, 'r+');
  for (const at of [16_384, 32_768, 65_536]) writeSync(handle, Buffer.alloc(8_000, 0xa5), 0, 8_000, at);
  closeSync(handle);
  const { code, rows } = await place.doctor();
  expect(code).toBe(4);
  expect(levels(rows, 'store')).toEqual(['bad']);
  expect(asked).toHaveLength(1);
});

test.skipIf(process.platform === 'win32')(
  'doctor --fix removes the socket of a dead process, and not that of a living one',
  async () => {
    const place = new Place({ sources: [(await repository()).source] });
    const folder = join(place.runtime, 'holdfast');
    mkdirSync(folder, { mode: 0o700 });
    const [dead, alive] = [join(folder, `${'a'.repeat(16)}.sock`), join(folder, `${'b'.repeat(16)}.sock`)];
    const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    const dying = spawn(process.execPath, ['-e', script, dead], { stdio: 'ignore' });
    await new Promise((resolve) => {
      dying.on('close', resolve);
    });
    const server = createSocketServer();
    await new Promise<void>((resolve) => {
      server.listen(alive, resolve);
    });
    afterwards(() => {
      server.close();
    });
    expect(existsSync(dead)).toBe(true);
    expect(levels((await place.doctor('--offline')).rows, 'leftovers')).toEqual(['warn']);
    expect(existsSync(dead)).toBe(true);
    const { rows } = await place.doctor('--offline', '--fix');
    expect(rows.find(({ check }) => check === 'leftovers')?.fixed).toBe('removed 1 dead socket');
    expect([existsSync(dead), existsSync(alive)]).toEqual([false, true]);
  },
);

test('doctor --bundle writes an archive that tar reads, without secrets', async () => {
  const { url } = await receiver();
  const secret = `${url}?token=url-secret`;
  const place = new Place({
    sources: [(await repository()).source],
    alerts: { channels: [{ type: 'webhook', url: secret, secretEnv: 'HOOK_KEY' }] },
  });
  mkdirSync(join(place.dataDir, 'logs'));
  const line = 'GET http://me:log-password@example.org/ hook-key-value\n';
  writeFileSync(join(place.dataDir, 'logs', 'holdfast.log'), line);
  await place.holdfast('doctor', '--offline', '--bundle', 'report.tar.gz');
  execFileSync('tar', ['xzf', 'report.tar.gz'], { cwd: place.folder });
  const read = (name: string): string => readFileSync(join(place.folder, 'holdfast-report', name), 'utf8');
  const all = ['versions.json', 'config.json', 'status.json', 'doctor.json', 'log.txt'].map(read).join('\n');
  expect(read('log.txt')).toBe('GET http://example.org/ (secret)\n');
  for (const hidden of ['url-secret', 'hook-key-value', 'log-password', 'you@example.org', place.folder])
    expect(all).not.toContain(hidden);
});

test('doctor ends with 78 when the configuration is wrong', async () => {
  const place = new Place({ sources: [], watchdoog: 3 });
  const { code, err } = await place.holdfast('doctor');
  expect(code).toBe(78);
  expect(err).toContain('watchdog');
});

test('alert test sends to every channel now, says what came of each, and fails when one failed', async () => {
  const { url, received } = await receiver();
  const place = new Place({
    sources: [(await repository()).source],
    alerts: {
      channels: [
        { type: 'webhook', url, secretEnv: 'HOOK_KEY' },
        { type: 'command', command: [process.execPath, '-e', 'process.exit(3)'] },
      ],
    },
  });
  const { code, out } = await place.holdfast('alert', 'test', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject([
    { ok: true, error: null },
    { ok: false, error: expect.stringContaining('exit code 3') as string },
  ]);
  expect(received).toHaveLength(1);
  const only = await place.holdfast('alert', 'test', '--channel', '1');
  expect(only.code, only.err).toBe(0);
  expect(received).toHaveLength(2);
  expect((await place.holdfast('alert', 'test', '--channel', '7')).code).toBe(2);
  expect((await place.holdfast('alert', 'shout')).code).toBe(2);
});

test('alert list shows what was sent and what still waits', async () => {
  const channel = { type: 'command', command: ['/bin/tell'] } as const;
  const place = new Place({ sources: [(await repository()).source], alerts: { channels: [channel] } });
  const list = async (): Promise<unknown> =>
    JSON.parse((await place.holdfast('alert', 'list', '--json')).out);
  expect(await list()).toEqual([]);
  expect(existsSync(join(place.dataDir, 'alerts'))).toBe(false);
  const key = channelKey(channel);
  const state = sqliteState(join(place.dataDir, 'alerts'), { clock: systemClock });
  await state.update(BOOK_KEY, (current) => {
    const messages = ['one:opened', 'one:recovered'].map((id) => testMessage(id, 0, null));
    return writeBook(delivered(queued(readBook(current), messages, [key], 0), 'one:opened', key, 1), current);
  });
  await state.close();
  expect(await list()).toMatchObject([
    { id: 'one:opened', delivered: ['command /bin/tell'], due: [] },
    { id: 'one:recovered', delivered: [], due: ['command /bin/tell'] },
  ]);
});

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { openStore } from '../store/sqlite/index.ts';
import { KeptReader } from './kept-reader.ts';
import { keepListening } from './listener.ts';
import type { Notice } from './listener.ts';
import { Snapshot } from './snapshot.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

describe('a snapshot', () => {
  it('is read once for everybody, and again when it is old', async () => {
    const clock = new VirtualClock();
    let readings = 0;
    const snapshot = new Snapshot(clock, 1_000, () => Promise.resolve((readings += 1)));
    expect(await Promise.all([snapshot.get(), snapshot.get()])).toEqual([1, 1]);
    await clock.advance(999);
    expect(await snapshot.get()).toBe(1);
    await clock.advance(1);
    expect(await snapshot.get()).toBe(2);
  });

  it('does not keep a failure', async () => {
    const answers = [() => Promise.reject(new Error('once')), () => Promise.resolve('well')];
    const snapshot = new Snapshot(new VirtualClock(), 1_000, () => (answers.shift() ?? answers[0]!)());
    await expect(snapshot.get()).rejects.toThrow('once');
    expect(await snapshot.get()).toBe('well');
  });
});

describe('the connection that is kept', () => {
  it('finds a store that comes later, and another that takes its place', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hf-kept-'));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const clock = new VirtualClock();
    const file = join(folder, 'a.db');
    const kept = new KeptReader(file);
    cleanUps.push(() => kept.close());
    const names = () => kept.with(async (reader) => reader && (await reader.sources()).map(({ id }) => id));
    expect(await names()).toBeNull();
    for (const name of ['first', 'second']) {
      const store = await openStore({ file: join(folder, `${name}.db`), clock });
      await store.putSource(name, 'arxiv', {});
      await store.close();
      renameSync(join(folder, `${name}.db`), file);
      expect(await names()).toEqual([name]);
    }
  });
});

describe('listening', () => {
  const listening = (port: number, host = '127.0.0.1') => {
    const clock = new VirtualClock();
    const notices: Notice[] = [];
    const stop = new AbortController();
    const done = keepListening(
      {
        setting: 'dashboard',
        what: 'The overview',
        isPublic: false,
        app: new Hono().get('/', (context) => context.text('here')),
        host,
        port,
        clock,
        tell: (notice) => notices.push(notice),
      },
      stop.signal,
    );
    const end = async (): Promise<void> => {
      stop.abort();
      await done;
    };
    cleanUps.push(end);
    return { clock, notices, end, done };
  };
  const until = async (check: () => boolean): Promise<void> => {
    while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('tells of a busy port once and takes it when it is free', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { clock, notices } = listening(port);
    await until(() => clock.pending > 0);
    await clock.advance(60_000);
    await until(() => clock.pending > 0);
    expect(notices.map(({ code }) => code)).toEqual(['PORT_BUSY']);
    await new Promise((resolve) => other.close(resolve));
    await clock.advance(60_000);
    await until(() => notices.length === 2);
    expect(notices[1]).toMatchObject({
      code: 'LISTENING',
      message: `The overview is at http://127.0.0.1:${port}/`,
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here');
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.org'])('refuses to serve %s to others', async (host) => {
    const { notices, done } = listening(0, host);
    await done;
    expect(notices.map(({ code }) => code)).toEqual(['HOST_REFUSED']);
  });

  it('answers what is no HTTP in the form of every refusal', async () => {
    const { notices } = listening(0);
    await until(() => notices.length === 1);
    const port = Number(/:(\d+)\/$/.exec(notices[0]?.message ?? '')?.[1]);
    const { connect } = await import('node:net');
    const text = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      socket.setEncoding('utf8').on('data', (data: string) => (received += data));
      socket.on('close', () => resolve(received));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({ code: 'ERR_HTTP_MALFORMED' });
  });
});

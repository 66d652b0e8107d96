import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Receiver } from '../drill/catalogue/alerts/receiver.ts';
import { ProductFailure } from '../drill/product/product-failure.ts';
import { endAll, startedIn } from '../drill/product/processes.ts';
import { comes, waitFor } from '../drill/product/wait.ts';
import { onStage } from '../drill/stage.ts';

const signal = AbortSignal.timeout(60_000);

describe('what the drill waits for', () => {
  test('is a failure of the product when it does not come, and says what was seen', async () => {
    const waiting = waitFor('a word', () => null, { signal, withinMs: 1, everyMs: 1, seen: () => 'silence' });
    await expect(waiting).rejects.toThrow(ProductFailure);
    await expect(waiting).rejects.toThrow('in vain for a word; seen last: silence');
    expect(await comes(() => false, { signal, withinMs: 1, everyMs: 1 })).toBeNull();
  });

  test('is looked at until it is there', async () => {
    let looks = 0;
    const found = await waitFor('the third', () => (looks += 1) === 3 && 'there', { signal, everyMs: 1 });
    expect([found, looks]).toStrictEqual(['there', 3]);
  });

  test('is no word on the product when the drill is interrupted', async () => {
    const ended = AbortSignal.abort(new Error('interrupted'));
    await expect(waitFor('a word', () => true, { signal: ended })).rejects.toThrow('interrupted');
    const later = AbortSignal.timeout(5);
    await expect(comes(() => null, { signal: later, everyMs: 1 })).rejects.toThrow('timeout');
  });
});

test('what an installation left running is ended without a word of the product, and nothing else is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-end-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [supervisor, engine, stranger] = [idle(folder), idle(folder), idle('elsewhere')];
  mkdirSync(join(folder, 'data', 'logs'), { recursive: true });
  const written = { supervisor: { pid: supervisor.pid }, children: [{ identity: { pid: 0 } }] };
  writeFileSync(join(folder, 'data', 'supervisor.json'), JSON.stringify(written));
  const events = [
    { at: 1, kind: 'engine-started', pid: engine.pid },
    // Its number is another program's by now; only Linux can tell.
    ...(process.platform === 'linux' ? [{ at: 2, kind: 'child-started', pid: stranger.pid }] : []),
    { at: 3, kind: 'ready', pid: 1 },
  ];
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  writeFileSync(join(folder, 'data', 'logs', 'holdfast.log'), lines);
  const ends = [once(supervisor, 'exit'), once(engine, 'exit')];
  await endAll({ folder });
  await Promise.all(ends);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  expect(startedIn([{ at: 1, kind: 'ready', pid: 5 }])).toStrictEqual([]);
});

function idle(folder: string): ReturnType<typeof spawn> {
  const env = { ...process.env, HOLDFAST_STATE_DIR: join(folder, 'state') };
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
    stdio: 'ignore',
    env,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('a receiver that is down resets and counts, and answers at the same address when it is back', async () => {
  const options = { seed: 1, size: 'quick', durationMs: null, signal, say: () => undefined } as const;
  await onStage(options, async (stage) => {
    const receiver = await Receiver.open(stage);
    receiver.isDown = true;
    await expect(fetch(receiver.url, { method: 'POST' })).rejects.toThrow('fetch failed');
    receiver.isDown = false;
    const { status } = await fetch(receiver.url, { method: 'POST', headers: { 'holdfast-id': 'a:opened' } });
    expect([status, receiver.resets >= 1, receiver.events()]).toStrictEqual([204, true, ['opened']]);
  });
});

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sqliteState } from './sqlite.ts';

const MODULE = new URL('./sqlite.ts', import.meta.url).href;

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A process of its own that runs `body` with a store on the folder. */
function start(body: string): ChildProcess {
  const source = `import { sqliteState } from ${JSON.stringify(MODULE)};
    const store = sqliteState(${JSON.stringify(folder)});
    ${body}`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the child has no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return line;
}

test('a lock held by another process excludes this one, until that process is killed', async () => {
  const holder = start(`await store.lock('door'); console.log('held'); setInterval(() => {}, 1000);`);
  expect(await firstLine(holder)).toBe('held');
  const store = sqliteState(folder);
  let polls = 0;
  const impatient = new AbortController();
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    boot: () => 0,
    timer: () => ({ cancel: () => {} }),
    sleep: async () => {
      polls += 1;
      if (polls === 5) impatient.abort('still held after five looks');
      impatient.signal.throwIfAborted();
    },
  };
  const watching = sqliteState(folder, { clock });
  await expect(watching.lock('door', { signal: impatient.signal })).rejects.toBe(
    'still held after five looks',
  );

  const waiting = store.lock('door');
  holder.kill('SIGKILL');
  const [, signal] = (await once(holder, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  await (
    await waiting
  )();
  await Promise.all([store.close(), watching.close()]);
});

test('processes that open and count at the same time lose nothing', async () => {
  const count = `for (let i = 0; i < 20; i += 1) await store.update('n', (n) => (n ?? 0) + 1);
    await store.close(); console.log('done');`;
  const three = [start(count), start(count), start(count)];
  expect(await Promise.all(three.map(firstLine))).toEqual(['done', 'done', 'done']);
  const store = sqliteState(folder);
  expect(await store.get('n')).toBe(60);
  await store.close();
});

test('what an update resolved survives the death of its process', async () => {
  const writer = start(
    `await store.update('n', () => 'kept'); console.log('written'); setInterval(() => {}, 1000);`,
  );
  expect(await firstLine(writer)).toBe('written');
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  const store = sqliteState(folder);
  expect(await store.get('n')).toBe('kept');
  await store.close();
});

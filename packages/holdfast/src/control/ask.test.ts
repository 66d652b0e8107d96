import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { systemClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureControlFolder } from './control-folder.ts';
import { controlPath } from './control-path.ts';
import { askEngine } from './ask.ts';
import type { TestIo } from '../cli/testing/test-io.ts';
import { testIo } from '../cli/testing/test-io.ts';

let folder = '';
let io: TestIo;
let path = '';
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hf-'));
  io = testIo({ cwd: folder });
  path = controlPath({ dataDir: folder, platform: io.platform, env: io.env, tmp: io.tmp, uid: io.uid });
  ensureControlFolder(path, io.uid);
});
afterEach(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function engine(answer: (line: string, socket: Socket) => void): Promise<void> {
  server = createServer((socket) => {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => answer(text, socket));
  });
  await new Promise<void>((resolve) => {
    server?.listen(path, resolve);
  });
}

const status = { verb: 'status', patience: 50 } as const;

describe('asking an engine', () => {
  it('sends one line and gives the result, whatever pieces it comes in', async () => {
    const asked: string[] = [];
    await engine((line, socket) => {
      asked.push(line);
      socket.write('{"ok":true,"res');
      setImmediate(() => socket.end('ult":{"engine":"β"}}\n'));
    });
    const reply = await askEngine(io, folder, { verb: 'retry', args: { source: 'arxiv' }, patience: null });
    expect(reply).toEqual({ type: 'result', result: { engine: 'β' } });
    expect(asked).toEqual(['{"verb":"retry","args":{"source":"arxiv"}}\n']);
  });

  it('throws what the engine refuses with', async () => {
    await engine(
      (_, socket) => void socket.end('{"ok":false,"code":"ERR_X","message":"No.","hint":"Ask later."}\n'),
    );
    await expect(askEngine(io, folder, status)).rejects.toMatchObject({
      code: 'ERR_X',
      message: 'No.',
      hint: 'Ask later.',
    });
  });

  it('finds an engine that listens where a service of the machine does, which knows no session', async () => {
    await engine((_, socket) => void socket.end('{"ok":true,"result":1}\n'));
    const env = { XDG_RUNTIME_DIR: join(folder, 'session') };
    expect(await askEngine({ ...io, env }, folder, status)).toEqual({ type: 'result', result: 1 });
    // One of a dead engine in the session's folder does not hide it.
    ensureControlFolder(join(folder, 'session/holdfast/any.sock'), io.uid);
    writeFileSync(join(folder, 'session/holdfast', basename(path)), '');
    expect(await askEngine({ ...io, env }, folder, status)).toEqual({ type: 'result', result: 1 });
  });

  it('does not ask whoever listens in a folder that is open to others', async () => {
    let asked = 0;
    await engine((_, socket) => {
      asked += 1;
      socket.end('{"ok":true,"result":1}\n');
    });
    chmodSync(dirname(path), 0o777);
    expect(await askEngine(io, folder, status)).toEqual({ type: 'nobody' });
    expect(asked).toBe(0);
    chmodSync(dirname(path), 0o700);
    expect(await askEngine(io, folder, status)).toEqual({ type: 'result', result: 1 });
  });

  it('tells that nobody listens, with no socket, or one left by a dead engine', async () => {
    expect(await askEngine(io, folder, status)).toEqual({ type: 'nobody' });
    writeFileSync(path, '');
    expect(await askEngine(io, folder, status)).toEqual({ type: 'nobody' });
  });

  it('tells that an engine is silent when it hangs up or does not answer in time', async () => {
    await engine((_, socket) => socket.destroy());
    expect(await askEngine(io, folder, status)).toEqual({ type: 'silent' });
    server?.close();
    await engine(() => undefined);
    expect(await askEngine({ ...io, clock: systemClock }, folder, status)).toEqual({ type: 'silent' });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

describe('the command of the portal', () => {
  function run(...args: string[]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { stdio: 'pipe' });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.stdout.setEncoding('utf8');
    return { child, exit: once(child, 'close').then(([code]) => [code as number | null, errors] as const) };
  }

  async function firstLine(child: ReturnType<typeof run>['child']): Promise<string> {
    const [line] = (await once(child.stdout, 'data')) as [string];
    return line.trim();
  }

  it('says where it listens and ends cleanly by SIGTERM', async () => {
    const { child, exit } = run('--matches', '3');
    const line = await firstLine(child);
    expect(line).toMatch(/^portal listening on http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${line.split(' ').at(-1)}/login`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, '']);
  });

  it('ends with its standard input if it is told to', async () => {
    const { child, exit } = run('--follow-stdin');
    await firstLine(child);
    child.stdin.end();
    expect(await exit).toEqual([0, '']);
  });

  it.each([
    [['--prot', '1'], '--prot'],
    [['--port', 'x'], '--port takes a whole number from 0 to 65535, not "x".'],
    [['--per-page', '0'], '--per-page takes a whole number from 1'],
    [['--session-ttl', 'soon'], '--session-ttl takes a time such as 500ms or 15m, not "soon".'],
    [['extra'], 'extra'],
  ])('ends with 2 and a sentence for %j', async (args, sentence) => {
    const [code, errors] = await run(...args).exit;
    expect([code, errors]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('says that the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    const [code, errors] = await run('--port', port).exit;
    server.close();
    expect([code, errors]).toEqual([1, `Port ${port} is in use: give another, or 0.\n`]);
  });
});

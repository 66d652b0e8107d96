import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));
const posix = process.platform !== 'win32';

/** A Node of this machine that is too old for the product. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .filter((path) => existsSync(path))
  .find((path) => {
    const [major = 0, minor = 0] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .split('.')
      .map(Number);
    return major < 24 || (major === 24 && minor < 15);
  });

/** Stands for the built program: tells how it was started, then waits if asked to. */
const MAIN = `
export async function main(args) {
  if (args[0] === 'wait') {
    setInterval(() => undefined, 1000);
    process.on('SIGTERM', () => process.exit(7));
  }
  process.stdout.write(JSON.stringify({ pid: process.pid, version: process.version, args, leak: process.env.HOLDFAST_LAUNCHED ?? null }) + '\\n');
  if (args[0] === 'exit') process.exitCode = Number(args[1]);
}
`;

let root = '';
let bin = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-bin-'));
  for (const folder of ['package/bin', 'package/dist/cli'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'package/package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'package/dist/cli/main.js'), MAIN);
  bin = join(root, 'package/bin/holdfast.js');
  copyFileSync(BIN, bin);
  copyFileSync(join(dirname(BIN), 'package.json'), join(root, 'package/bin/package.json'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function bringNode(): void {
  const folder = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  symlinkSync(process.execPath, join(folder, 'node'));
}

interface Started {
  readonly child: ChildProcess;
  /** The first line of standard output. */
  readonly hello: Promise<{ pid: number; version: string; args: string[]; leak: string | null }>;
  readonly end: Promise<{ code: number | null; signal: string | null; err: string }>;
}

function start(node: string, ...args: string[]): Started {
  const child = spawn(node, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const hello = once(child.stdout.setEncoding('utf8'), 'data').then(
    ([text]) => JSON.parse(String(text)) as Awaited<Started['hello']>,
  );
  const end = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
    err,
  }));
  return { child, hello, end };
}

async function isGone(pid: number): Promise<boolean> {
  for (let look = 0; look < 100; look += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await sleep(50);
  }
  return false;
}

describe('under a Node that is new enough', () => {
  it('the program runs in this very process', async () => {
    const { child, hello, end } = start(process.execPath, 'exit', '5');
    expect(await hello).toMatchObject({ pid: child.pid, args: ['exit', '5'] });
    expect((await end).code).toBe(5);
  });
});

describe.skipIf(!posix || oldNode === undefined)('under an older Node (skipped where PATH has none)', () => {
  const node = oldNode ?? '';

  it('without a Node of the checkout, it says what to do and exits with 78', async () => {
    rmSync(join(root, 'node_modules'), { recursive: true, force: true });
    const { code, err } = await start(node).end;
    expect(code).toBe(78);
    expect(err).toMatch(
      /^holdfast: this is Node \d+\.\d+\.\d+, which is too old, and no other Node .*Use Node 24\.15 or newer/,
    );
  });

  it('the Node of the checkout runs the program, with its arguments and exit code', async () => {
    bringNode();
    const { hello, end } = start(node, 'exit', '4');
    expect(await hello).toMatchObject({ version: process.version, args: ['exit', '4'], leak: null });
    expect((await end).code).toBe(4);
  });

  it('signals reach the program', async () => {
    bringNode();
    const { child, hello, end } = start(node, 'wait');
    await hello;
    child.kill('SIGTERM');
    expect((await end).code).toBe(7);
  });

  it('the program ends when the launcher is killed without warning', async () => {
    bringNode();
    const { child, hello } = start(node, 'wait');
    const { pid } = await hello;
    child.kill('SIGKILL');
    expect(await isGone(pid)).toBe(true);
  });
});

it('the launcher has no syntax and no static import that an old Node would refuse', () => {
  const text = readFileSync(BIN, 'utf8').replace(/\/\*[^]*?\*\//g, '');
  expect(text).not.toMatch(/^(import|export) /m);
  expect(text).not.toMatch(/=>|\?\?|\?\.|\bconst\b|\blet\b|\basync\b|`/);
});

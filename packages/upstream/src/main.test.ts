import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchRaw } from '../test/support/client.ts';
import { summarize, type LedgerEntry } from './index.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'upstream-'));
let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(...args: string[]): Promise<{ baseUrl: string; listening: string }> {
  const started = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  return new Promise((resolve, reject) => {
    started.stdout.once('data', (line: Buffer) =>
      resolve(JSON.parse(line.toString()) as { baseUrl: string; listening: string }),
    );
    started.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

const ended = (): Promise<number | null> => new Promise((resolve) => child?.once('exit', resolve));
const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

describe('the process', () => {
  it('writes a ledger that survives SIGKILL, and is told what to do over its control channel', async () => {
    const ledger = join(folder, 'ledger.jsonl');
    const { baseUrl, listening } = await start(
      '--kind',
      'arxiv',
      '--records',
      '40',
      '--page-size',
      '10',
      '--fault',
      '500@2',
      '--ledger',
      ledger,
    );
    const url = `${baseUrl}?verb=ListRecords&metadataPrefix=arXiv`;
    expect((await fetchRaw(url, {}, 5000)).status).toBe(200);
    expect((await fetchRaw(url, {}, 5000)).status).toBe(500);
    const reply = await fetch(`${listening}/sim`, { method: 'POST', body: '{"do":"addRecords","count":1}' });
    expect(await reply.json()).toHaveLength(1);
    expect((await fetch(`${listening}/sim`, { method: 'POST', body: '{"do":"fly"}' })).status).toBe(400);
    const over = ended();
    child?.kill('SIGKILL');
    await over;
    const entries = readFileSync(ledger, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LedgerEntry);
    expect(entries[0]).toMatchObject({ type: 'truth', kind: 'arxiv', seed: 1, count: 40 });
    expect(summarize(entries)).toMatchObject({
      requests: 2,
      responses: 2,
      faults: { '500': 1 },
      changes: { add: 1 },
      maxConcurrent: 1,
    });
  });

  it('ends with 0 on TERM', async () => {
    await start('--kind', 'medrxiv');
    const over = ended();
    child?.kill('SIGTERM');
    expect(await over).toBe(0);
  });

  it('ends with 2 and a sentence on a wrong command line', () => {
    const { status, stderr } = run('--kind', 'arxiv', '--fault', 'nope@1');
    expect(stderr).toContain('there is no fault "nope"');
    expect(status).toBe(2);
  });

  it('lists the faults for people and for programs', () => {
    expect(run('--list-faults').stdout).toMatch(/^503-retry-after +503 with Retry-After in seconds\.$/m);
    const listed = JSON.parse(run('--list-faults', '--json').stdout) as {
      faults: { name: string }[];
      scopes: Record<string, string[]>;
    };
    expect(listed.faults.map((fault) => fault.name)).toContain('gzip-truncated');
    expect(listed.scopes['biorxiv']?.[0]).toBe('details');
  });
});

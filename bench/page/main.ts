/** How soon the page and the endpoints of a large installation answer: 500 sources and a year of incidents. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { NO_RESTARTS } from '../../packages/holdfast/src/model/engine-message.ts';
import type { ChildMessage } from '../../packages/holdfast/src/model/engine-message.ts';
import { makeBigStore } from '../../packages/holdfast/src/store/testing/big-store.ts';
import { median } from '../harvest/measured.ts';
import { openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';

const SERVER = fileURLToPath(new URL('../../packages/holdfast/src/server/main.ts', import.meta.url));
const PATHS = ['', 'status.json', 'metrics', 'readyz'];
/** What the issue of this page promises for GET /, ms. */
const LIMIT_MS = 50;
/** Longer than what was read is kept: every request of the first kind is answered from the store. */
const APART_MS = 1_050;

const { values } = parseArgs({
  options: { sources: { type: 'string', default: '500' }, requests: { type: 'string', default: '20' } },
});
const sources = Number(values.sources);
const requests = Number(values.requests);

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-bench-page-'));
  try {
    const file = join(folder, 'holdfast.db');
    await makeBigStore({ file, now: Date.now(), sources });
    console.log(`${sources} sources, a year of incidents; store ${megabytes(statSync(file).size)} MB`);
    const installation = await openInstallation(folder, sources);
    const { url, stop } = await startServer(installation);
    try {
      return await measure(url);
    } finally {
      await stop();
      installation.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(url: string): Promise<number> {
  let worst = 0;
  console.log(
    'path          read anew: median  p95  worst   kept: median  p95   size, kB   (ms, as the client sees them)',
  );
  for (const path of PATHS) {
    await once(`${url}${path}`);
    const anew = await times(`${url}${path}`, APART_MS);
    const kept = await times(`${url}${path}`, 0);
    const p95 = quantile(anew.ms, 0.95);
    if (path === '') worst = p95;
    console.log(
      `/${path.padEnd(12)} ${cell(median(anew.ms), 17)}${cell(p95, 5)}${cell(Math.max(...anew.ms), 7)}` +
        `${cell(median(kept.ms), 15)}${cell(quantile(kept.ms, 0.95), 5)}${cell(anew.bytes / 1000, 11)}`,
    );
  }
  const good = worst <= LIMIT_MS;
  console.log(
    `${good ? 'ok' : 'TOO SLOW'}: p95 of GET / is ${worst.toFixed(1)} ms, at most ${LIMIT_MS} ms are allowed`,
  );
  return good ? 0 : 1;
}

async function times(
  url: string,
  apartMs: number,
): Promise<{ readonly ms: number[]; readonly bytes: number }> {
  const ms: number[] = [];
  let bytes = 0;
  for (let turn = 0; turn < requests; turn += 1) {
    if (apartMs > 0) await new Promise((resolve) => setTimeout(resolve, apartMs));
    const began = performance.now();
    bytes = await once(url);
    ms.push(performance.now() - began);
  }
  return { ms, bytes };
}

async function once(url: string): Promise<number> {
  const answer = await fetch(url);
  return (await answer.arrayBuffer()).byteLength;
}

function startServer({ config, env }: Installation): Promise<{ url: string; stop: () => Promise<unknown> }> {
  const child = fork(SERVER, { execArgv: ['--conditions=@holdfast/source'],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.send({ type: 'start', config, restarts: NO_RESTARTS, deadlineMs: null, exits: [], deadly: [] });
  const stop = (): Promise<unknown> => {
    child.send({ type: 'stop' });
    return ended;
  };
  return new Promise((resolve, reject) => {
    void ended.then((code) => reject(new Error(`the server ended with ${String(code)}`)));
    child.on('message', (message: ChildMessage) => {
      if (message.type !== 'event' || message.event.kind !== 'notice') return;
      const url = /http:\S+$/.exec(message.event.message)?.[0];
      if (message.event.code === 'LISTENING' && url !== undefined) resolve({ url, stop });
      else reject(new Error(message.event.message));
    });
  });
}

function quantile(ms: readonly number[], share: number): number {
  return (
    ms.toSorted((a, b) => a - b)[Math.min(ms.length - 1, Math.ceil(share * ms.length) - 1)] ?? Number.NaN
  );
}

function cell(value: number, width: number): string {
  return value.toFixed(1).padStart(width);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

process.exitCode = await main();

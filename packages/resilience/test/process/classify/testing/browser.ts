import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TimeoutError } from '../../../../src/policy/timeout/timeout-error.ts';
import { makeCertificate } from './certificates.ts';

/** The process of a browser that was started with the argument `mark`. */
export function browserPid(mark: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const words = commandOf(pid).split('\0');
    const isBrowser =
      !words.some((word) => word.startsWith('--type=')) && !words[0]?.endsWith('chromedriver');
    if (isBrowser && words.includes(mark)) return Number(pid);
  }
  throw new Error(`no browser was started with ${mark}`);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It ended between the listing and the look.
    return '';
  }
}

/** A command line argument by which one browser is found again. */
export function newMark(name: string): string {
  return `--holdfast-test=${name}-${process.pid}`;
}

/** A folder for a profile. */
export function newProfile(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-profile-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A program that ends at once, in place of a browser. */
export const DIES_AT_ONCE = '/bin/false';

/** What a call rejects with, or the library's own TimeoutError when it is not answered in time. */
export async function withDeadline(call: Promise<unknown>, ms: number): Promise<unknown> {
  const late = Promise.withResolvers<unknown>();
  const timer = setTimeout(() => late.resolve(new TimeoutError('ERR_TIMEOUT_CALL', ms)), ms);
  const failed = call.then(
    (value) => new Error(`the call was answered: ${String(value)}`),
    (error: unknown) => error,
  );
  const error = await Promise.race([failed, late.promise]);
  clearTimeout(timer);
  return error;
}

/** A server whose certificate nobody knows. */
export async function startUntrusted(): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(makeCertificate('localhost', 2), (_, response) => response.end());
  server.on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

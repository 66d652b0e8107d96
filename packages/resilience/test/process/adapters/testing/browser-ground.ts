import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPortal } from '../../../../../../examples/portal/start-portal.ts';
import type { Portal } from '../../../../../../examples/portal/start-portal.ts';
import { startCountingServer } from './counting-server.ts';
import type { CountingServer } from './counting-server.ts';

/** What a browser under test lives on: a portal, a counting server, and a temporary folder of its own. */
export interface BrowserGround extends AsyncDisposable {
  readonly portal: Portal;
  readonly counter: CountingServer;
  /** Processes and folders that are there because of what was opened here. */
  readonly leftovers: () => Promise<readonly string[]>;
  readonly logins: () => Promise<number>;
  readonly dropLogins: () => Promise<void>;
}

/** Makes one. Until it is disposed of, drivers find its folder as the system's temporary one. */
export async function browserGround(): Promise<BrowserGround> {
  const given = process.env['TMPDIR'];
  const folder = await mkdtemp(join(tmpdir(), 'hf-'));
  process.env['TMPDIR'] = folder;
  const portal = await startPortal({ control: true, matches: 20, inbox: 3 });
  const counter = await startCountingServer();
  return {
    portal,
    counter,
    leftovers: async () => [
      ...processesOf(folder),
      ...(await readdir(folder)).map((name) => `folder ${name}`),
    ],
    logins: async () => portal.ledger.of('login').length,
    dropLogins: async () => {
      const answer = await fetch(`${portal.url}/control/drop-sessions`, { method: 'POST' });
      const { sessions } = (await answer.json()) as { readonly sessions: number };
      if (sessions === 0) throw new Error('there was no login to drop');
    },
    [Symbol.asyncDispose]: async () => {
      for (const line of processesOf(folder)) process.kill(Number(/\d+/.exec(line)?.[0]), 'SIGKILL');
      await portal.close();
      await counter.close();
      if (given === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = given;
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Processes that have to do with the folder: by their environment, or by a word of their command. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
    const known = `${read(`/proc/${pid}/environ`)} ${command}`;
    return command !== '' && known.includes(folder) ? [`process ${pid}: ${command.slice(0, 100)}`] : [];
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended between the listing and the look.
    return '';
  }
}

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PORTAL = fileURLToPath(new URL('../../../examples/portal/main.ts', import.meta.url));

/** A fault that the portal plays; see `POST /control/faults`. */
export interface PortalFault {
  /** Method and path, such as `POST /messages`. */
  readonly match: string;
  readonly kind: 'status' | 'reset' | 'black-hole' | 'slow' | 'captcha';
  /** `after`: the request is handled, its answer goes wrong. */
  readonly when: 'before' | 'after';
  readonly status?: number;
  readonly delayMs?: number;
  readonly times: number;
}

/** One line of what was done to the portal. */
export interface PortalEntry {
  readonly kind: string;
  readonly [key: string]: unknown;
}

/** A portal in a process of its own. */
export interface PortalProcess {
  readonly url: string;
  fault(fault: PortalFault): Promise<void>;
  /** How often faults of a kind fired so far. */
  fired(kind: PortalFault['kind']): Promise<number>;
  dropSessions(): Promise<number>;
  ledger(): Promise<readonly PortalEntry[]>;
  stop(): Promise<void>;
}

/** Starts a portal whose faults can be set. @throws when it says nothing within ten seconds. */
export async function startPortalProcess(args: readonly string[] = []): Promise<PortalProcess> {
  const child = spawn(process.execPath, [PORTAL, '--port', '0', '--control', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const found = /listening on (http:\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`the portal ended with ${String(code)}`)));
    setTimeout(() => reject(new Error('the portal did not start within 10 s')), 10_000).unref();
  });
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const init =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${url}/control/${path}`, init);
    if (!response.ok)
      throw new Error(`control/${path} answered ${response.status}: ${await response.text()}`);
    return await response.json();
  };
  return {
    url,
    fault: async (fault) => void (await control('faults', fault)),
    fired: async (kind) => {
      const faults = (await control('faults')) as readonly { kind: string; fired: number }[];
      return faults.reduce((sum, fault) => sum + (fault.kind === kind ? fault.fired : 0), 0);
    },
    dropSessions: async () => ((await control('drop-sessions', {})) as { sessions: number }).sessions,
    ledger: async () => (await control('ledger')) as readonly PortalEntry[],
    stop: async () => {
      child.removeAllListeners('exit');
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

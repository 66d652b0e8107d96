import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** When a process is killed: at its how-manieth request, before or after that took effect, or so long after it. */
export interface KillPlan {
  readonly atRequest: number;
  readonly moment: 'before' | 'after' | number;
}

/** The world outside of the process under test: what was read and sent, by a server that no kill reaches. */
export interface Outside {
  readonly url: string;
  /** How often each name was sent. */
  readonly sent: ReadonlyMap<string, number>;
  readonly reads: number;
  /** Kills the next process by this plan; null lets it live. */
  plan(plan: KillPlan | null, kill: () => void): void;
  /** Requests that are not answered from now on; resolves when the first came. */
  hold(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts the server on a free port of the loopback. */
export async function startOutside(count: number): Promise<Outside> {
  const sent = new Map<string, number>();
  const ids = new Map<string, string>();
  let reads = 0;
  let plan: KillPlan | null = null;
  let kill = (): void => {};
  let held: { readonly path: string; readonly came: () => void } | undefined;
  const answers: Readonly<Record<string, (query: URLSearchParams) => string>> = {
    '/count': () => String(count),
    '/read': (query) => `text ${(reads += 1)} of ${query.get('name') ?? ''}`,
    '/sent': (query) => ids.get(query.get('id') ?? '') ?? '',
    '/send': (query) => {
      const name = query.get('name') ?? '';
      sent.set(name, (sent.get(name) ?? 0) + 1);
      ids.set(query.get('id') ?? '', name);
      return name;
    },
  };
  let requests = 0;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://outside');
    if (held?.path === pathname) return held.came();
    requests += 1;
    const moment = plan?.atRequest === requests ? plan.moment : undefined;
    if (moment === 'before') return kill();
    const answer = answers[pathname]?.(searchParams) ?? '';
    if (moment === 'after') return kill();
    response.end(answer);
    if (moment !== undefined) setTimeout(kill, moment);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    get reads() {
      return reads;
    },
    plan: (next, how) => {
      plan = next;
      kill = how;
      requests = 0;
    },
    hold: (path) =>
      new Promise((resolve) => {
        held = { path, came: resolve };
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

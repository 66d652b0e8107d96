import { setTimeout as pause } from 'node:timers/promises';
import type { Background } from '../../product/background.ts';

/** What the readers saw. */
export interface Seen {
  reads: number;
  failed: string[];
  /** The feed without a hole: a change for each number, once. */
  feedLines: number;
  feedFaults: string[];
}

const EVERY_MS = 3_000;

/** People and programs that look at it all the time, each in its own way, until `signal`. Never throws. */
export async function read({ product, place }: Background, signal: AbortSignal): Promise<Seen> {
  const seen: Seen = { reads: 0, failed: [], feedLines: 0, feedFaults: [] };
  const look = async (what: string, act: () => Promise<string | null>): Promise<void> => {
    const wrong = await act().catch((error: unknown) => String(error));
    if (signal.aborted) return;
    seen.reads += 1;
    if (wrong !== null) seen.failed.push(`${what}: ${wrong}`);
  };
  const page = (path: string) => async (): Promise<string | null> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(15_000)]);
    const answer = await fetch(new URL(path, place.page), { signal: limit });
    await answer.arrayBuffer();
    // What is not ready says so with 503; that is an answer.
    return answer.status === 200 || path === 'readyz' ? null : `status ${String(answer.status)}`;
  };
  let since = 0;
  const feed = async (): Promise<string | null> => {
    const { code, stdout, stderr } = await product.run('feed', '--since-seq', String(since));
    if (code !== 0) return `exit ${String(code)}: ${stderr}`;
    for (const line of stdout.split('\n').filter(Boolean)) {
      const { seq } = JSON.parse(line) as { seq: number };
      if (seq <= since) seen.feedFaults.push(`${String(seq)} after ${String(since)}`);
      since = seq;
      seen.feedLines += 1;
    }
    return null;
  };
  const status = async (): Promise<string | null> => {
    const { code, stdout } = await product.run('status', '--json');
    return stdout.startsWith('{') && (code === 0 || code === 4) ? null : `exit ${String(code)}`;
  };
  const rounds = [
    page('status.json'),
    page('metrics'),
    page(''),
    status,
    page('readyz'),
    page('healthz'),
    feed,
  ];
  const names = ['status.json', 'metrics', 'page', 'status --json', 'readyz', 'healthz', 'feed'];
  for (let round = 0; !signal.aborted; round += 1) {
    const which = round % rounds.length;
    const act = rounds[which];
    if (act) await look(names[which] ?? '', act);
    await pause(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return seen;
}

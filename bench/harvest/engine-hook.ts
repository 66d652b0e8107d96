/**
 * Loaded into the harvester's processes by NODE_OPTIONS. In the engine, the one that has a channel to its parent, it
 * notes each event that matters with the processor time and memory of that moment. It changes nothing.
 */
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['HOLDFAST_BENCH_EVENTS'];
const send = process.send?.bind(process);
if (file !== undefined && send !== undefined && isMainThread) {
  process.send = (message: unknown, ...rest: never[]) => {
    note(file, message as Told);
    return send(message, ...rest);
  };
}

interface Told {
  readonly type: string;
  readonly event?: {
    readonly kind: string;
    readonly url?: string;
    readonly look?: number;
    readonly inserted?: number;
  };
}

function note(path: string, { type, event }: Told): void {
  const kind = event?.kind ?? type;
  if (!['request', 'commit', 'done', 'exit'].includes(kind)) return;
  const { user, system } = process.cpuUsage();
  const { url = '', look = 0, inserted = 0 } = event ?? {};
  const line = {
    kind,
    at: Date.now(),
    pid: process.pid,
    cpuUs: user + system,
    rss: process.memoryUsage.rss(),
    url,
    look,
    inserted,
  };
  appendFileSync(path, `${JSON.stringify(line)}\n`);
}

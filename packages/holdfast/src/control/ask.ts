import { createConnection } from 'node:net';
import type { Clock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../model/error.ts';
import type { UserPlace } from './control-folder.ts';
import { askedPaths, type ControlPart } from './control-path.ts';

/** The world as far as it decides where an engine listens. */
export interface ControlWorld extends UserPlace {
  readonly clock: Clock;
}

/** What can be asked of a running engine. */
export type ControlVerb =
  | 'status'
  | 'metrics'
  | 'retry'
  | 'pause'
  | 'resume'
  | 'ack'
  | 'redrive'
  | 'verify'
  | 'audit'
  | 'backup'
  | 'import'
  /** Of the supervisor: end, with every child. */
  | 'stop'
  /** Of the supervisor: read the configuration again and start the engine anew. */
  | 'restart';

/** The answer of an engine, or that none answered. */
export type ControlReply =
  | { readonly type: 'result'; readonly result: unknown }
  /** No engine listens. */
  | { readonly type: 'nobody' }
  /** One listens but does not answer in time. */
  | { readonly type: 'silent' };

/** One request, one reply, each a line of JSON. */
export interface ControlRequest {
  readonly verb: ControlVerb;
  /** Whom to ask; the engine when left out. */
  readonly part?: ControlPart;
  readonly args?: Readonly<Record<string, unknown>>;
  /** Silence for longer than this counts as `silent`, ms; null = wait for ever (verify). */
  readonly patience: number | null;
}

/** Codes of a connection that tell that no engine listens. */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTDIR']);
/** Codes of a connection that tell that one listens but does not get to answer: EAGAIN when its queue is full. */
const SILENT = new Set(['ECONNRESET', 'EPIPE', 'EAGAIN']);

/**
 * Asks the engine of a data folder, or its supervisor, wherever it may listen: the first that is there is the one,
 * also when it is silent, since a data folder has one engine at a time.
 * @throws HoldfastError with the code, sentence and hint of the engine when it refuses.
 */
export async function askEngine(
  io: ControlWorld,
  dataDir: string,
  { part = 'engine', ...request }: ControlRequest,
): Promise<ControlReply> {
  const { platform, env, tmp, uid, clock } = io;
  for (const path of askedPaths({ dataDir, platform, env, tmp, uid, part })) {
    const reply = await askAddress(path, request, clock);
    if (reply.type !== 'nobody') return reply;
  }
  return { type: 'nobody' };
}

/**
 * Asks whoever listens on an address.
 * @throws HoldfastError with the code, sentence and hint of the other side when it refuses.
 */
export async function askAddress(
  path: string,
  request: Omit<ControlRequest, 'part'>,
  clock: Clock,
): Promise<ControlReply> {
  const question = `${JSON.stringify({ verb: request.verb, args: request.args ?? {} })}\n`;
  const line = await exchange(path, question, request.patience, clock);
  if (typeof line !== 'string') return line;
  const reply = JSON.parse(line) as {
    ok: boolean;
    result?: unknown;
    code?: string;
    message?: string;
    hint?: string;
  };
  if (reply.ok) return { type: 'result', result: reply.result };
  const { code = 'ERR_CONTROL', message = 'The engine refused without a reason.', hint = '' } = reply;
  throw new HoldfastError(code, message, { hint });
}

/** Sends a line and resolves with the first line that comes back. */
function exchange(
  path: string,
  line: string,
  patience: number | null,
  clock: Clock,
): Promise<string | Exclude<ControlReply, { type: 'result' }>> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const timer =
      patience === null ? undefined : clock.timer(patience, () => end(() => resolve({ type: 'silent' })));
    let received = '';
    const end = (settle: () => void): void => {
      timer?.cancel();
      socket.destroy();
      settle();
    };
    socket.setEncoding('utf8');
    socket.on('connect', () => void socket.write(line));
    socket.on('data', (text: string) => {
      received += text;
      const at = received.indexOf('\n');
      if (at >= 0) end(() => resolve(received.slice(0, at)));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (NOBODY.has(error.code ?? '')) end(() => resolve({ type: 'nobody' }));
      else if (SILENT.has(error.code ?? '')) end(() => resolve({ type: 'silent' }));
      else end(() => reject(error));
    });
    // It died between our question and its answer.
    socket.on('close', () => end(() => resolve({ type: 'silent' })));
  });
}

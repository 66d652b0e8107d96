import { createServer, type Server, type Socket } from 'node:net';
import { rmSync } from 'node:fs';
import { ensureControlFolder } from './control-path.ts';
import { HoldfastError } from '../model/error.ts';

/** Answers one question; what it throws goes back as the refusal. */
export type Answerer = (verb: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Longest question in bytes: nobody has more to say. */
const LONGEST_LINE = 1_000_000;

/**
 * Listens on a socket or named pipe for questions to the running engine: a line of JSON each way,
 * `{verb, args}` and `{ok: true, result}` or `{ok: false, code, message, hint}`.
 *
 * A socket file that a dead engine left is removed first: whoever holds the store's lock owns the address.
 */
export async function listen(path: string, uid: number | undefined, answer: Answerer): Promise<Server> {
  ensureControlFolder(path, uid);
  if (!path.startsWith('\\\\')) rmSync(path, { force: true });
  const server = createServer((socket) => converse(socket, answer));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
  server.unref();
  return server;
}

function converse(socket: Socket, answer: Answerer): void {
  let received = '';
  socket.setEncoding('utf8');
  // Whoever asked may be gone before the answer; that is their affair.
  socket.on('error', () => socket.destroy());
  socket.on('data', (text: string) => {
    received += text;
    if (received.length > LONGEST_LINE) socket.destroy();
    const at = received.indexOf('\n');
    if (at < 0) return;
    const line = received.slice(0, at);
    received = '';
    void reply(line, answer).then((result) => socket.end(`${JSON.stringify(result)}\n`));
  });
}

async function reply(line: string, answer: Answerer): Promise<unknown> {
  try {
    const { verb, args } = JSON.parse(line) as { verb?: unknown; args?: unknown };
    if (typeof verb !== 'string') throw new HoldfastError('ERR_CONTROL', 'The question names no verb.');
    const result = await answer(
      verb,
      typeof args === 'object' && args !== null ? (args as Record<string, unknown>) : {},
    );
    return { ok: true, result };
  } catch (error) {
    const { code, message, hint } = error as { code?: unknown; message?: unknown; hint?: unknown };
    return { ok: false, code: code ?? 'ERR_UNKNOWN', message: String(message ?? error), hint: hint ?? '' };
  }
}

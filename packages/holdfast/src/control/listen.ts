import { createServer, type Server, type Socket } from 'node:net';
import { existsSync, rmSync } from 'node:fs';
import type { Clock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../model/error.ts';
import { ensureControlFolder } from './control-folder.ts';
import { refuge } from './control-path.ts';

/** Answers one question; what it throws goes back as the refusal. */
export type Answerer = (verb: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Whoever answers on an address. */
export interface Listener {
  close(): void;
}

/** How a listener stays to be found. */
export interface KeepOptions {
  readonly clock: Clock;
}

/** Longest question in bytes: nobody has more to say. */
const LONGEST_LINE = 1_000_000;
/** How often a listener looks whether its socket is still there, ms. */
const LOOK_EVERY_MS = 10_000;

/**
 * Listens on a socket or named pipe for questions to the running engine: a line of JSON each way,
 * `{verb, args}` and `{ok: true, result}` or `{ok: false, code, message, hint}`.
 *
 * A socket file that a dead engine left is removed first: whoever holds the store's lock owns the address. With
 * `keep`, a socket whose file is removed under us is made anew, where it was or, when the folder is gone for good,
 * in the last one that is looked in: the runtime folder of a session goes when the user logs out, and what lies in
 * `/tmp` may be tidied away.
 * @throws HoldfastError `ERR_CONTROL_FOLDER` when the folder is not ours alone
 */
export async function listen(
  path: string,
  uid: number | undefined,
  answer: Answerer,
  keep: KeepOptions | null = null,
): Promise<Listener> {
  const first = await openServer(path, uid, answer);
  return keep === null || isPipe(path) ? first : new KeptListener({ ...keep, path, uid, answer }, first);
}

interface KeptOptions extends KeepOptions {
  readonly path: string;
  readonly uid: number | undefined;
  readonly answer: Answerer;
}

/** Open on one address; or, while its folder is in nobody's power, on none, and trying. */
class KeptListener implements Listener {
  readonly #options: KeptOptions;
  #server: Server | null;
  #path: string;
  #closed = false;

  constructor(options: KeptOptions, first: Server) {
    this.#options = options;
    this.#server = first;
    this.#path = options.path;
    this.#lookLater();
  }

  close(): void {
    this.#closed = true;
    this.#server?.close();
  }

  #lookLater(): void {
    const look = (): void => void this.#look().then(() => this.#lookLater());
    if (!this.#closed) this.#options.clock.timer(LOOK_EVERY_MS, look, { unref: true });
  }

  async #look(): Promise<void> {
    if (this.#closed || (this.#server !== null && existsSync(this.#path))) return;
    // Closing removes the file of its name, so the old one goes first.
    this.#server?.close();
    this.#server = null;
    const { path, uid } = this.#options;
    for (const next of [path, refuge(path, uid)]) {
      const server = await this.#tryToOpen(next);
      if (server === null) continue;
      this.#server = server;
      this.#path = next;
      if (this.#closed) server.close();
      return;
    }
  }

  /** Null when it cannot be: it is tried again at the next look, and meanwhile the work goes on. */
  async #tryToOpen(path: string): Promise<Server | null> {
    const { uid, answer } = this.#options;
    return openServer(path, uid, answer).catch(() => null);
  }
}

async function openServer(path: string, uid: number | undefined, answer: Answerer): Promise<Server> {
  ensureControlFolder(path, uid);
  if (!isPipe(path)) rmSync(path, { force: true });
  const server = createServer((socket) => converse(socket, answer));
  await new Promise<void>((resolve, reject) => {
    // Kept: what goes wrong later with one connection is no reason to end.
    server.on('error', reject);
    server.listen(path, () => resolve());
  });
  server.unref();
  return server;
}

function isPipe(path: string): boolean {
  return path.startsWith('\\\\');
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

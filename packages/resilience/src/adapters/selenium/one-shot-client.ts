import { request as sendRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Response } from 'selenium-webdriver/http/index.js';
import { DriverServerError } from './driver-server-error.ts';

/** One command as the driver hands it to a client. */
export interface CommandRequest {
  readonly method: string;
  readonly path: string;
  readonly data: unknown;
}

/**
 * Sends each command of a WebDriver exactly once, on a connection of its own. The client that selenium-webdriver
 * brings along sends a command up to four times when the connection breaks, so that a script with an effect runs four
 * times. An error keeps its `code`, which that client turns into text.
 */
export class OneShotClient {
  readonly #base: URL;

  /** `url`: where the WebDriver server listens. */
  constructor(url: string) {
    this.#base = new URL(url.endsWith('/') ? url : `${url}/`);
  }

  /** Sends one command. @throws DriverServerError when the connection does not give an answer. */
  async send(command: CommandRequest): Promise<object> {
    try {
      return await exchange(this.#base, command);
    } catch (error) {
      throw new DriverServerError(error as NodeJS.ErrnoException);
    }
  }
}

async function exchange(base: URL, { method, path, data }: CommandRequest): Promise<Response> {
  const body = method === 'POST' || method === 'PUT' ? Buffer.from(JSON.stringify(data ?? {})) : undefined;
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const sent = sendRequest(
    new URL(path.replace(/^\//, ''), base),
    {
      method,
      // A kept connection may be one that the server is just closing.
      agent: false,
      headers: {
        accept: 'application/json; charset=utf-8',
        'content-length': body?.byteLength ?? 0,
        ...(body && { 'content-type': 'application/json; charset=utf-8' }),
      },
    },
    (answer) => void read(answer).then(resolve, reject),
  );
  sent.on('error', reject);
  sent.end(body);
  return await promise;
}

async function read(answer: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return new Response(answer.statusCode ?? 0, answer.headers, Buffer.concat(chunks).toString('utf8'));
}

/** Asks a WebDriver server whether it lives; it answers while it works on a command. @throws DriverServerError. */
export async function serverStatus(url: string): Promise<void> {
  await new OneShotClient(url).send({ method: 'GET', path: '/status', data: undefined });
}

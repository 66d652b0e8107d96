import { request as sendPlain } from 'node:http';
import { request as sendEncrypted } from 'node:https';

/** A request as a browser was about to send it. */
export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Its answer. */
export interface IncomingAnswer {
  readonly status: number;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: Buffer;
}

/** Said about one connection, not about the answer. */
const OF_THE_CONNECTION: readonly string[] = ['connection', 'keep-alive', 'transfer-encoding'];

/**
 * Sends a request exactly once, on a connection of its own, and follows no redirection.
 * @throws what the connection says; whether the server has acted on the request is then unknown.
 */
export async function sendOnce({ url, method, headers, body }: OutgoingRequest): Promise<IncomingAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingAnswer>();
  const send = new URL(url).protocol === 'https:' ? sendEncrypted : sendPlain;
  const sent = send(
    url,
    {
      method,
      agent: false,
      headers: { ...headers, 'accept-encoding': 'identity', 'content-length': body.byteLength },
    },
    (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: pairs(answer.rawHeaders),
          body: Buffer.concat(chunks),
        }),
      );
    },
  );
  sent.on('error', reject);
  sent.end(body);
  return await promise;
}

function pairs(raw: readonly string[]): IncomingAnswer['headers'] {
  return raw.flatMap((name, at) => {
    const isName = at % 2 === 0;
    return isName && !OF_THE_CONNECTION.includes(name.toLowerCase())
      ? [{ name, value: raw[at + 1] ?? '' }]
      : [];
  });
}

import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';

/** What the name server does with names that begin so (RFC 1035, 4.1.1: the response codes). */
const ANSWERS: Readonly<Record<string, number | 'silent'>> = {
  empty: 0,
  malformed: 1,
  servfail: 2,
  nxdomain: 3,
  'not-implemented': 4,
  refused: 5,
  silent: 'silent',
};

/** A name server on the loopback that has no addresses, and a resolver that asks it. */
export interface NameServer extends AsyncDisposable {
  readonly resolver: Resolver;
  readonly asked: readonly string[];
}

/** Starts the name server: `servfail.test` is answered with SERVFAIL, and so on. */
export async function startNameServer(): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (question, peer) => {
    const length = question[12] ?? 0;
    const name = question.toString('latin1', 13, 13 + length);
    asked.push(name);
    const answer = ANSWERS[name];
    if (typeof answer !== 'number') return;
    const reply = Buffer.from(question);
    reply.writeUInt16BE(0x8180 | answer, 2);
    // No answers, no authorities, no additions: the additions of the question (EDNS) are left out.
    reply.fill(0, 6, 12);
    socket.send(reply.subarray(0, endOfQuestion(reply)), peer.port, peer.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    resolver: resolverAt(socket.address().port),
    asked,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** A resolver that asks the name server on a port of the loopback once. */
export function resolverAt(port: number): Resolver {
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return resolver;
}

function endOfQuestion(message: Buffer): number {
  let position = 12;
  while ((message[position] ?? 0) > 0) position += 1 + (message[position] ?? 0);
  // The root label, the type and the class.
  return position + 5;
}

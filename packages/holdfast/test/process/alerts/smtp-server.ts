import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { listenOn } from './bench.ts';

/** What a client said, line by line, and whether it said it over TLS. */
export interface Line {
  readonly text: string;
  readonly secure: boolean;
}

/** A mail server on the loopback, after RFC 5321; it knows STARTTLS when it is given a certificate. */
export async function smtpServer(
  tls: { readonly key: string; readonly cert: string } | null,
): Promise<{ port: number; lines: Line[]; mails: string[] }> {
  const lines: Line[] = [];
  const mails: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write('220 mail.test ESMTP\r\n');
    converse(socket, false, tls, lines, mails);
  });
  return { port: await listenOn(server), lines, mails };
}

function converse(
  socket: Socket,
  secure: boolean,
  tls: { readonly key: string; readonly cert: string } | null,
  lines: Line[],
  mails: string[],
): void {
  let rest = '';
  let mail: string[] | null = null;
  const onData = (chunk: Buffer): void => {
    rest += chunk.toString('utf8');
    for (let at = rest.indexOf('\r\n'); at >= 0; at = rest.indexOf('\r\n')) {
      const text = rest.slice(0, at);
      rest = rest.slice(at + 2);
      if (mail !== null) {
        if (text !== '.') mail.push(text);
        else {
          mails.push(mail.join('\r\n'));
          mail = null;
          socket.write('250 taken\r\n');
        }
        continue;
      }
      lines.push({ text, secure });
      const verb = text.split(' ')[0]?.toUpperCase();
      if (verb === 'STARTTLS' && tls !== null) {
        socket.off('data', onData);
        socket.write('220 go ahead\r\n');
        const upgraded = new TLSSocket(socket, { isServer: true, ...tls });
        upgraded.on('error', () => socket.destroy());
        converse(upgraded, true, tls, lines, mails);
        return;
      }
      if (verb === 'DATA') mail = [];
      socket.write(answerTo(verb, secure || tls === null));
    }
  };
  socket.on('data', onData);
}

function answerTo(verb: string | undefined, plain: boolean): string {
  if (verb === 'EHLO')
    return plain ? '250-mail.test\r\n250 AUTH PLAIN\r\n' : '250-mail.test\r\n250 STARTTLS\r\n';
  if (verb === 'STARTTLS') return '502 not here\r\n';
  if (verb === 'AUTH') return '235 welcome\r\n';
  if (verb === 'DATA') return '354 go on\r\n';
  if (verb === 'QUIT') return '221 bye\r\n';
  return '250 fine\r\n';
}

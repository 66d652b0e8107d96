import { connect, type Socket } from 'node:net';

/**
 * Sends bytes as they are and returns what came back, until the other side ends it or has said nothing for so long;
 * null when nobody takes the connection.
 */
export async function sendRaw(port: number, bytes: string, withinMs = 15_000): Promise<string | null> {
  return await new Promise((resolve) => {
    let isTaken = false;
    const socket = connect(port, '127.0.0.1', () => {
      isTaken = true;
      socket.write(bytes, 'latin1');
    });
    const chunks: Buffer[] = [];
    const end = (): void => {
      socket.destroy();
      resolve(isTaken ? Buffer.concat(chunks).toString('latin1') : null);
    };
    socket.setTimeout(withinMs, end);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', end);
    socket.on('close', end);
  });
}

/** A client that asks and never reads: not one byte is taken from the socket. */
export async function neverRead(port: number, bytes: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.pause();
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('error', () => resolve());
  });
  socket.write(bytes, 'latin1');
  return socket;
}

import { connect, type Socket } from 'node:net';

/** A connection on which nothing was asked yet; null when nobody takes it. */
export async function connected(port: number, withinMs = 15_000): Promise<Socket | null> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    const end = (): void => {
      socket.destroy();
      resolve(null);
    };
    socket.setTimeout(withinMs, end);
    socket.on('error', end);
  });
}

/** Sends bytes as they are and returns what came back, until the other side ends it or has said nothing for so long. */
export async function ask(socket: Socket, bytes: string, withinMs = 15_000): Promise<string> {
  return await new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const end = (): void => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.setTimeout(withinMs, end);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytes, 'latin1');
  });
}

/** As `ask`, on a connection of its own; null when nobody takes it. */
export async function sendRaw(port: number, bytes: string, withinMs = 15_000): Promise<string | null> {
  const socket = await connected(port, withinMs);
  return socket === null ? null : await ask(socket, bytes, withinMs);
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

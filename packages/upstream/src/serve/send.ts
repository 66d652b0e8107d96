import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Reply } from '../exchange.ts';
import type { WireFault } from '../wire.ts';

/** How an answer left. */
export interface Sent {
  readonly bytes: number;
  readonly aborted: boolean;
}

/** Writes an answer with a fault of the wire to the bare socket; the connection is over afterwards. */
export async function sendFaulty(socket: Socket, reply: Reply, wire: WireFault): Promise<Sent> {
  const { body } = reply;
  switch (wire.kind) {
    case 'reset-before-headers':
      socket.resetAndDestroy();
      return cut(0);
    case 'close-before-headers':
      socket.end();
      return cut(0);
    case 'not-http':
      await finish(socket, wire.bytes);
      return cut(0);
    case 'reset-mid-body':
      await write(socket, head(reply, body.length), body.subarray(0, wire.after));
      // The bytes must have left before the RST overtakes them in the kernel.
      await pause(20);
      socket.resetAndDestroy();
      return cut(wire.after);
    case 'close-mid-body':
      await finish(socket, head(reply, body.length), body.subarray(0, wire.after));
      return cut(wire.after);
    case 'chunked-cut':
      await finish(socket, head(reply, 'chunked'), chunk(body.subarray(0, wire.after)));
      return cut(wire.after);
    case 'no-length-cut':
      await finish(socket, head(reply, undefined), body.subarray(0, wire.after));
      return cut(wire.after);
    case 'longer-than-length':
      await finish(socket, head(reply, wire.length), body);
      return cut(body.length);
    case 'header-overflow':
      await finish(
        socket,
        head({ ...reply, headers: { ...reply.headers, 'x-overflow': 'o'.repeat(wire.bytes) } }, body.length),
        body,
      );
      return cut(body.length);
    case 'stall-before-headers':
      return stall(
        socket,
        wire.ms,
        Buffer.alloc(0),
        Buffer.concat([head(reply, body.length), body]),
        body.length,
      );
    case 'stall-mid-body':
      return stall(
        socket,
        wire.ms,
        Buffer.concat([head(reply, body.length), body.subarray(0, wire.after)]),
        body.subarray(wire.after),
        body.length,
      );
    case 'drip':
      return drip(socket, reply, wire.bytesPerSecond);
  }
}

function cut(bytes: number): Sent {
  return { bytes, aborted: true };
}

/** The response head; `length` is the announced one, `chunked`, or undefined for neither. */
function head(reply: Reply, length: number | 'chunked' | undefined): Buffer {
  const framing =
    length === undefined
      ? {}
      : length === 'chunked'
        ? { 'transfer-encoding': 'chunked' }
        : { 'content-length': String(length) };
  const lines = Object.entries({ ...reply.headers, ...framing, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n${lines.join('')}\r\n`);
}

function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

function write(socket: Socket, ...parts: readonly Uint8Array[]): Promise<boolean> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve(false);
    else socket.write(Buffer.concat(parts), (error) => resolve(error === undefined || error === null));
  });
}

async function finish(socket: Socket, ...parts: readonly Uint8Array[]): Promise<void> {
  await write(socket, ...parts);
  socket.end();
}

async function stall(
  socket: Socket,
  ms: number | 'forever',
  first: Uint8Array,
  rest: Uint8Array,
  length: number,
): Promise<Sent> {
  if (first.length > 0) await write(socket, first);
  if (ms === 'forever') {
    await closed(socket);
    return cut(0);
  }
  await pause(ms);
  const whole = await write(socket, rest);
  socket.end();
  return whole ? { bytes: length, aborted: false } : cut(0);
}

async function drip(socket: Socket, reply: Reply, bytesPerSecond: number): Promise<Sent> {
  const step = Math.max(1, Math.floor(bytesPerSecond / 10));
  await write(socket, head(reply, reply.body.length));
  for (let at = 0; at < reply.body.length; at += step) {
    if (at > 0) await pause(100);
    if (!(await write(socket, reply.body.subarray(at, at + step)))) return cut(at);
  }
  socket.end();
  return { bytes: reply.body.length, aborted: false };
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}

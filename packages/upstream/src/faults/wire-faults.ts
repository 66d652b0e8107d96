import { gzipSync } from 'node:zlib';
import type { Reply } from '../exchange.ts';
import type { WireFault } from '../wire.ts';
import { everywhere, type FaultContext, type FaultDefinition } from './definition.ts';

/** Faults after which a patient client holds the right answer. */
const slow = new Set(['slow-first-byte', 'stall-then-rest', 'slow-drip']);

const half = (length: number): number => Math.floor(length / 2);

/** What sockets and compression do to a right answer. */
export const wireFaults: readonly FaultDefinition[] = [
  wire('tcp-reset', 'RST instead of an answer.', () => ({ kind: 'reset-before-headers' })),
  wire('early-close', 'The connection is closed without an answer.', () => ({
    kind: 'close-before-headers',
  })),
  wire('never-answers', 'The request is accepted and never answered.', () => ({
    kind: 'stall-before-headers',
    ms: 'forever',
  })),
  wire('slow-first-byte', 'The first byte comes late, the answer is right.', (_, { settings }) => ({
    kind: 'stall-before-headers',
    ms: settings.slowMs,
  })),
  wire('stall-mid-body', 'Half the body, then silence for ever.', (length) => ({
    kind: 'stall-mid-body',
    after: half(length),
    ms: 'forever',
  })),
  wire('stall-then-rest', 'Half the body, a pause, the rest.', (length, { settings }) => ({
    kind: 'stall-mid-body',
    after: half(length),
    ms: settings.slowMs,
  })),
  wire('slow-drip', 'The right answer, a few bytes at a time.', (_, { settings }) => ({
    kind: 'drip',
    bytesPerSecond: settings.dripBytesPerSecond,
  })),
  wire('body-cut-reset', 'RST after half the body.', (length) => ({
    kind: 'reset-mid-body',
    after: half(length),
  })),
  wire('body-cut-close', 'The connection is closed after half the announced length.', (length) => ({
    kind: 'close-mid-body',
    after: half(length),
  })),
  wire('chunked-cut', 'Chunked, closed without the last chunk.', (length) => ({
    kind: 'chunked-cut',
    after: half(length),
  })),
  wire(
    'no-length-cut',
    'No length is announced and the connection is closed half-way: valid HTTP.',
    (length) => ({ kind: 'no-length-cut', after: half(length) }),
  ),
  wire('longer-than-length', 'More bytes than the announced length.', (length) => ({
    kind: 'longer-than-length',
    length: half(length),
  })),
  wire('http-garbage', 'Bytes that are not HTTP.', () => ({
    kind: 'not-http',
    bytes: Buffer.from('\u0016\u0003\u0001 220 smtp.example ESMTP ready\r\n\r\n'),
  })),
  wire('header-overflow', 'One header of 80 kB before a right answer.', () => ({
    kind: 'header-overflow',
    bytes: 80_000,
  })),
  plain('body-cut-valid', 'Half the body in valid HTTP with a matching length.', (reply) => ({
    ...reply,
    body: reply.body.subarray(0, half(reply.body.length)),
  })),
  plain('gzip-truncated', 'gzip cut half-way, with a matching length.', (reply) => {
    const packed = gzipSync(reply.body);
    return gzipped(reply, packed.subarray(0, half(packed.length)));
  }),
  plain('gzip-bad-crc', 'gzip whose checksum is wrong.', (reply) => {
    const packed = gzipSync(reply.body);
    const at = packed.length - 8;
    packed[at] = (packed[at] ?? 0) ^ 0xff;
    return gzipped(reply, packed);
  }),
  plain('gzip-mislabelled', 'Plain text labelled gzip.', (reply) => gzipped(reply, reply.body)),
];

function wire(
  name: string,
  about: string,
  make: (length: number, context: FaultContext) => WireFault,
): FaultDefinition {
  return {
    name,
    about,
    kinds: everywhere,
    needs: 'anything',
    delivers: slow.has(name),
    effect: { layer: 'wire', wire: make },
  };
}

function plain(name: string, about: string, change: (reply: Reply) => Reply): FaultDefinition {
  return {
    name,
    about,
    kinds: everywhere,
    needs: 'anything',
    delivers: false,
    effect: { layer: 'plain', change },
  };
}

function gzipped(reply: Reply, body: Uint8Array): Reply {
  return { ...reply, headers: { ...reply.headers, 'content-encoding': 'gzip' }, body };
}

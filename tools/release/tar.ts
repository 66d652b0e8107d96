/**
 * The little of the tar format (POSIX ustar) that a release needs: regular files with fixed owners and times, so that
 * the same input gives the same bytes on every machine; and reading them back.
 */
import { closeSync, createWriteStream, openSync, writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import type { Entry } from './entry.ts';
import { sorted } from './entry.ts';

const BLOCK = 512;
/** Where gzip tells on which system it was written, which differs between machines; 255 stands for unknown. */
const GZIP_SYSTEM = 9;

/** Writes a `.tar.gz` with the entries in the order of their names, all stamped `seconds` (since 1970). */
export async function writeTarball(file: string, entries: readonly Entry[], seconds: number): Promise<void> {
  await pipeline(
    Readable.from(blocks(sorted(entries), seconds)),
    createGzip({ level: 6 }),
    createWriteStream(file),
  );
  const descriptor = openSync(file, 'r+');
  try {
    writeSync(descriptor, Buffer.from([255]), 0, 1, GZIP_SYSTEM);
  } finally {
    closeSync(descriptor);
  }
}

function* blocks(entries: readonly Entry[], seconds: number): Generator<Buffer> {
  for (const entry of entries) {
    yield header(entry, seconds);
    yield entry.data;
    yield Buffer.alloc((BLOCK - (entry.data.length % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header({ path, data, executable }: Entry, seconds: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const [prefix, name] = splitPath(path);
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  block.write(name, 0);
  octal(executable ? 0o755 : 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(data.length, 124, 12);
  octal(seconds, 136, 12);
  // The sum counts itself as spaces.
  block.write('        0', 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(prefix, 345);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** A name of at most 100 bytes and what stands before it, of at most 155. */
function splitPath(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [prefix, name];
  }
  throw new Error(`the path is too long for a tar archive: ${path}`);
}

/** The regular files of a `.tar` or `.tar.gz`. */
export function readTarball(content: Buffer): Entry[] {
  const tar = content[0] === 0x1f && content[1] === 0x8b ? gunzipSync(content) : content;
  const entries: Entry[] = [];
  const text = (at: number, length: number): string =>
    tar.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const size = Number.parseInt(text(at + 124, 12).trim() || '0', 8);
    const kind = text(at + 156, 1);
    const [name, prefix] = [text(at, 100), text(at + 345, 155)];
    // Links and long names are in none of the archives that are read here: better to fail than to read half.
    if (!['', '0', '5', 'g'].includes(kind))
      throw new Error(`${name}: a tar entry of kind ${kind} is not known`);
    if (kind === '' || kind === '0') {
      entries.push({
        path: prefix === '' ? name : `${prefix}/${name}`,
        data: tar.subarray(at + BLOCK, at + BLOCK + size),
        executable: (Number.parseInt(text(at + 100, 8), 8) & 0o100) !== 0,
      });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

/** Writes ZIP files for Windows: deflated files, one fixed time, no extensions, so that the same input gives the same bytes. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import type { Entry } from './entry.ts';
import { sorted } from './entry.ts';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** Above these a ZIP needs extensions that this writer does not know. */
const MOST_BYTES = 0xffff_ffff;
const MOST_FILES = 0xffff;

/** Writes a `.zip` with the entries in the order of their names, all stamped `seconds` (since 1970, told in UTC). */
export function writeZip(file: string, entries: readonly Entry[], seconds: number): void {
  const descriptor = openSync(file, 'w');
  let at = 0;
  const write = (part: Buffer): void => {
    for (let done = 0; done < part.length;) done += writeSync(descriptor, part, done);
    at += part.length;
  };
  try {
    const central: Buffer[] = [];
    for (const entry of sorted(entries)) {
      const packed = deflateRawSync(entry.data, { level: 6 });
      const common = commonHeader(entry, packed.length, seconds);
      const name = Buffer.from(entry.path);
      central.push(centralHeader(common, entry.executable, at), name);
      write(Buffer.concat([number32(LOCAL), common, name]));
      write(packed);
    }
    const from = at;
    write(Buffer.concat(central));
    write(endOf(central.length / 2, at - from, from));
  } finally {
    closeSync(descriptor);
  }
  if (at > MOST_BYTES) throw new Error(`${file} is too large for a plain ZIP`);
}

/** What both headers of a file share, from the needed version to the length of the extra field. */
function commonHeader({ path, data }: Entry, packed: number, seconds: number): Buffer {
  const block = Buffer.alloc(26);
  const time = new Date(seconds * 1000);
  const day = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  block.writeUInt16LE(VERSION, 0);
  block.writeUInt16LE(UTF8_NAMES, 2);
  block.writeUInt16LE(DEFLATED, 4);
  block.writeUInt16LE(clock, 6);
  block.writeUInt16LE(day, 8);
  block.writeUInt32LE(crc32(data), 10);
  block.writeUInt32LE(packed, 14);
  block.writeUInt32LE(data.length, 18);
  block.writeUInt16LE(Buffer.byteLength(path), 22);
  return block;
}

function centralHeader(common: Buffer, executable: boolean, offset: number): Buffer {
  const tail = Buffer.alloc(14);
  // Of Unix's modes, for who unpacks it elsewhere than on Windows.
  tail.writeUInt32LE(((0o100000 | (executable ? 0o755 : 0o644)) << 16) >>> 0, 6);
  tail.writeUInt32LE(offset, 10);
  const madeBy = Buffer.from([VERSION, 3]);
  return Buffer.concat([number32(CENTRAL), madeBy, common, tail]);
}

function endOf(files: number, size: number, offset: number): Buffer {
  if (files > MOST_FILES) throw new Error(`${files} files are too many for a plain ZIP`);
  const block = Buffer.alloc(22);
  block.writeUInt32LE(END, 0);
  block.writeUInt16LE(files, 8);
  block.writeUInt16LE(files, 10);
  block.writeUInt32LE(size, 12);
  block.writeUInt32LE(offset, 16);
  return block;
}

function number32(value: number): Buffer {
  const block = Buffer.alloc(4);
  block.writeUInt32LE(value);
  return block;
}

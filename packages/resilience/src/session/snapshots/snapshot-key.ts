// oxlint-disable-next-line holdfast/real-world -- a salt that can be foretold is none
import { randomBytes, scrypt } from 'node:crypto';
import { InvalidOptionError } from '../../errors.ts';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const LEAST_CHARACTERS = 12;
/** OWASP Password Storage Cheat Sheet: 2^15, 8, 3 takes 32 MiB. A part of format 1: other figures are another format. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 };

/** Gives the key of a snapshot. */
export interface KeySource {
  /** Salt for what is sealed next; empty for a key that is none of a passphrase. */
  salt(): Buffer;
  /** The key for a salt. */
  key(salt: Buffer): Promise<Buffer>;
}

/**
 * 32 bytes are the key itself; a passphrase becomes one by scrypt, with a salt that is stored beside what it seals.
 * @throws InvalidOptionError for a key of another length, or a passphrase of less than 12 characters.
 */
export function keySource(key: Uint8Array | string): KeySource {
  if (typeof key === 'string') return passphrase(key);
  if (!(key instanceof Uint8Array) || key.length !== KEY_BYTES) {
    throw new InvalidOptionError(
      'key',
      'must be 32 bytes, such as Buffer.from(text, "base64") of `openssl rand -base64 32`, or a passphrase',
    );
  }
  // A copy, so that wiping or changing the caller's does not change ours.
  const own = Buffer.from(key);
  return { salt: () => Buffer.alloc(0), key: async () => own };
}

function passphrase(text: string): KeySource {
  if (text.length < LEAST_CHARACTERS) {
    throw new InvalidOptionError('key', `must be a passphrase of at least ${LEAST_CHARACTERS} characters`);
  }
  // Deriving takes a quarter of a second on purpose, so it is done once per salt.
  const derived = new Map<string, Promise<Buffer>>();
  let own: Buffer | undefined;
  return {
    salt: () => (own ??= randomBytes(SALT_BYTES)),
    key: (salt) => {
      const name = salt.toString('hex');
      const known = derived.get(name) ?? derive(text, salt);
      derived.set(name, known);
      return known;
    },
  };
}

function derive(text: string, salt: Buffer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(text.normalize('NFC'), salt, KEY_BYTES, COST, (error, key) => {
    if (error === null) resolve(key);
    else reject(error);
  });
  return promise;
}

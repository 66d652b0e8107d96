// oxlint-disable-next-line holdfast/real-world -- GCM is broken by a nonce that comes twice
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { JsonValue } from '../../state/state-store.ts';
import type { KeySource } from './snapshot-key.ts';

/** Raised when anything about the file or the derivation of keys changes. */
const FORMAT = 1;
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BASE64 = 'base64';

/** Why a file gives no snapshot. */
export type UnreadableReason =
  /** Cut, empty, or made by something else. */
  | 'damaged'
  /** Written by another version of this package. */
  | 'other-format'
  /** The key is another one, or the file was changed: the cipher does not tell which. */
  | 'wrong-key-or-tampered'
  /** Not encrypted, where encryption was asked for: anybody could have put it there. */
  | 'not-encrypted'
  /** Encrypted, and no key was given. */
  | 'encrypted';

/** What a file holds. */
export type Opened =
  | { readonly ok: true; readonly snapshot: JsonValue }
  | { readonly ok: false; readonly reason: UnreadableReason };

/** Encrypts a snapshot: AES-256-GCM with a fresh nonce; name, format and salt are authenticated with it. */
export async function seal(name: string, snapshot: JsonValue, keys: KeySource): Promise<string> {
  const salt = keys.salt();
  const key = await keys.key(salt);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additional(name, salt));
  const data = Buffer.concat([cipher.update(JSON.stringify(snapshot), 'utf8'), cipher.final()]);
  const [saltText, nonceText, tag] = [salt, nonce, cipher.getAuthTag()].map((part) => part.toString(BASE64));
  const envelope = { format: FORMAT, name, salt: saltText, nonce: nonceText, tag };
  return JSON.stringify({ ...envelope, data: data.toString(BASE64) });
}

/** Writes a snapshot as it is. */
export function wrapPlain(name: string, snapshot: JsonValue): string {
  return JSON.stringify({ format: FORMAT, name, plain: snapshot });
}

/** Reads what `seal` (with `keys`) or `wrapPlain` (without) has written under this name. */
export async function unseal(name: string, text: string, keys: KeySource | undefined): Promise<Opened> {
  const envelope = parse(text);
  if (envelope === undefined) return { ok: false, reason: 'damaged' };
  if (envelope['format'] !== FORMAT) {
    return { ok: false, reason: typeof envelope['format'] === 'number' ? 'other-format' : 'damaged' };
  }
  const isPlain = Object.hasOwn(envelope, 'plain');
  if (keys === undefined) {
    if (!isPlain) return { ok: false, reason: 'encrypted' };
    if (envelope['name'] !== name) return { ok: false, reason: 'damaged' };
    return { ok: true, snapshot: envelope['plain'] as JsonValue };
  }
  if (isPlain) return { ok: false, reason: 'not-encrypted' };
  return await decrypt(name, envelope, keys);
}

async function decrypt(
  name: string,
  envelope: Readonly<Record<string, unknown>>,
  keys: KeySource,
): Promise<Opened> {
  const [salt, nonce, tag, data] = ['salt', 'nonce', 'tag', 'data'].map((field) => bytes(envelope[field]));
  if (salt === undefined || data === undefined) return { ok: false, reason: 'damaged' };
  if (nonce?.length !== NONCE_BYTES || tag?.length !== TAG_BYTES) return { ok: false, reason: 'damaged' };
  const key = await keys.key(salt);
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additional(name, salt));
    decipher.setAuthTag(tag);
    const plain = Buffer.concat([decipher.update(data), decipher.final()]);
    return { ok: true, snapshot: JSON.parse(plain.toString('utf8')) as JsonValue };
  } catch {
    // `final` throws an error without a code when the tag does not fit; the caller reports the reason.
    return { ok: false, reason: 'wrong-key-or-tampered' };
  }
}

/** What is authenticated besides the snapshot: it cannot be passed off as one of another session or format. */
function additional(name: string, salt: Buffer): Buffer {
  return Buffer.from(JSON.stringify(['holdfast-snapshot', FORMAT, name, salt.toString(BASE64)]));
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    // Damaged: the caller reports it.
    return undefined;
  }
}

function bytes(value: unknown): Buffer | undefined {
  return typeof value === 'string' ? Buffer.from(value, BASE64) : undefined;
}

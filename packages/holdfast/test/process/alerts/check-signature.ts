import { createHash } from 'node:crypto';
import type { Received } from './bench.ts';

/** HMAC-SHA-256 written out after RFC 2104, so that the product's own use of the crypto module is not what judges it. */
export function hmacSha256(key: string, text: string): string {
  const bytes = Buffer.from(key, 'utf8');
  const block = Buffer.alloc(64);
  (bytes.length > 64 ? createHash('sha256').update(bytes).digest() : bytes).copy(block);
  const pad = (value: number): Buffer => Buffer.from(block.map((byte) => byte ^ value));
  const inner = createHash('sha256').update(pad(0x36)).update(text, 'utf8').digest();
  return createHash('sha256').update(pad(0x5c)).update(inner).digest('hex');
}

/** Whether a delivery is signed as the documentation says. */
export function isSigned({ headers, body }: Received, key: string): boolean {
  const timestamp = String(headers['holdfast-timestamp']);
  return headers['holdfast-signature'] === `v1=${hmacSha256(key, `${timestamp}.${body}`)}`;
}

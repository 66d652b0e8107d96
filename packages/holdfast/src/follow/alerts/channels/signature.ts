import { createHmac } from 'node:crypto';

/** The headers by which a receiver recognises a delivery: its id, and a signature when there is a key. */
export function deliveryHeaders(
  id: string,
  body: string,
  key: string | null,
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1_000));
  return {
    'holdfast-id': id,
    'holdfast-timestamp': timestamp,
    ...(key === null ? {} : { 'holdfast-signature': signatureOf(timestamp, body, key) }),
  };
}

/** `v1=` and the HMAC-SHA-256 of `<timestamp>.<body>` in hexadecimal (docs/alerts.md has a test vector). */
export function signatureOf(timestamp: string, body: string, key: string): string {
  return `v1=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`;
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key with a certificate, as `tls` takes them. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes a certificate for `name` that signed itself; `days` may be negative. Needs openssl. */
export function makeCertificate(name: string, days: number): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-certificate-'));
  const run = (...args: string[]): unknown =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'key');
    run('req', '-new', '-key', 'key', '-subj', `/CN=${name}`, '-out', 'request');
    run('x509', '-req', '-in', 'request', '-signkey', 'key', '-days', String(days), '-out', 'cert');
    return {
      key: readFileSync(join(folder, 'key'), 'utf8'),
      cert: readFileSync(join(folder, 'cert'), 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

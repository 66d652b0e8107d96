import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../fault.ts';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import { playOutage } from './outage.ts';

interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly file: string;
}

/** A certificate for 127.0.0.1 that signs itself, made by openssl. `days` below 0: it has expired. */
function certify(folder: string, name: string, days: number): Certificate {
  const [key, request, cert, extension] = ['key', 'csr', 'crt', 'ext'].map((end) =>
    join(folder, `${name}.${end}`),
  ) as [string, string, string, string];
  writeFileSync(extension, 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:TRUE\n');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(['req', ...curve, '-keyout', key, '-out', request, '-subj', `/CN=${name}`]);
  const sign = ['-signkey', key, '-days', String(days), '-extfile', extension];
  openssl(['x509', '-req', '-in', request, ...sign, '-out', cert]);
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8'), file: cert };
}

function openssl(args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8', timeout: 30_000 });
  if (status !== 0) throw new Error(`openssl ${args[0] ?? ''} ended with ${String(status)}: ${stderr}`);
}

function certificateFault(row: {
  readonly name: string;
  readonly about: string;
  readonly days: number;
  /** The product is told to trust it all the same: its dates alone are wrong. */
  readonly trusted: boolean;
  readonly says: RegExp;
}): Fault {
  return {
    name: row.name,
    layer: 'network',
    about: row.about,
    holds: 'Nothing is fetched over such a connection; it is told, and goes on with the right certificate.',
    quick: false,
    missing: () => (spawnSync('openssl', ['version']).status === 0 ? null : 'openssl'),
    play: (stage) =>
      playOutage(stage, {
        when: 'list',
        lastsMs: 3_000,
        says: row.says,
        inject: async (at, simulator) => {
          const right = certify(at.folder, 'right', 2);
          const wrong = certify(at.folder, 'wrong', row.days);
          const known = join(at.folder, 'known.pem');
          writeFileSync(known, row.trusted ? right.cert + wrong.cert : right.cert);
          const proxy = await FaultProxy.start(simulator.baseUrl, { seed: at.seed, tls: right });
          at.defer(() => proxy.close());
          const show = async ({ key, cert }: Certificate): Promise<void> => {
            // Nobody goes on over a connection of before.
            await proxy.disable();
            proxy.setCertificate({ key, cert });
            await proxy.enable();
          };
          return {
            baseUrl: proxy.url,
            env: { NODE_EXTRA_CA_CERTS: known },
            begin: () => show(wrong),
            end: () => show(right),
            // A client that refuses a certificate need not say so to anybody: it was shown it, and that is all.
            struck: () => proxy.shown,
          };
        },
      }),
  };
}

/** Certificates that must not be accepted. */
export const tlsFaults: readonly Fault[] = [
  certificateFault({
    name: 'tls-self-signed',
    about: 'The upstream shows a certificate that nobody has signed but itself.',
    days: 2,
    trusted: false,
    says: /SELF_SIGNED|ERR_TLS/,
  }),
  certificateFault({
    name: 'tls-expired',
    about: 'The upstream shows a certificate of a known signer that has expired.',
    days: -1,
    trusted: true,
    says: /EXPIRED/,
  }),
];

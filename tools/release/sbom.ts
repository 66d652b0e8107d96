/** Bills of material in CycloneDX 1.6, from package-lock.json and Node itself: the same input gives the same bytes. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { manifestOf } from '../../packages/holdfast/src/service/package-files.ts';
import type { NeededPackage } from '../../packages/holdfast/src/service/package-files.ts';
import { isForeign, manifest } from './licences.ts';
import type { NodeFiles } from './node-package.ts';
import { lockedPackages } from './platforms.ts';
import type { Platform } from './platforms.ts';

/** A component of a bill. */
export interface Component {
  readonly type: 'library' | 'application' | 'platform';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string }[];
  readonly licenses: readonly { readonly license: { readonly id?: string; readonly name?: string } }[];
  /** What it needs, as `bom-ref`s; moved to the bill's own list. */
  readonly needs: readonly string[];
}

/** What a bill is about. */
export interface BillSubject {
  readonly name: string;
  readonly version: string;
  readonly seconds: number;
}

/** The packages of an archive or a tarball, with the digests that package-lock.json pins. */
export function componentsOf(root: string, packages: readonly NeededPackage[]): readonly Component[] {
  const locked = lockedPackages(root);
  const versions = new Map(packages.map(({ from, to }) => [to, manifest(from)]));
  const refOf = (name: string, within: string): string => {
    const found = versions.get(`${within}/node_modules/${name}`) ?? versions.get(`node_modules/${name}`);
    if (found === undefined) throw new Error(`${within} needs ${name}, which is not among the packages`);
    return purl(found);
  };
  return packages.map(({ from, to }) => {
    const own = manifest(from);
    const pinned = locked[to] ?? {};
    const needed = Object.keys(manifestOf(from).dependencies ?? {});
    return {
      type: own.name === 'holdfast' ? 'application' : 'library',
      'bom-ref': purl(own),
      name: own.name,
      version: own.version,
      purl: purl(own),
      ...(isForeign(from) ? { hashes: [sha512(own.name, pinned)] } : {}),
      licenses: [{ license: { id: licenceOf(own) } }],
      needs: needed.map((name) => refOf(name, to)).sort(),
    };
  });
}

/** Node as a component: its version, and the digest of the binary in the archive. */
export function nodeComponent({ node: name, windows }: Platform, { version, files }: NodeFiles): Component {
  const binary = files.find(({ path }) => path === (windows ? 'bin/node.exe' : 'bin/node'));
  if (binary === undefined) throw new Error(`${name} holds no binary`);
  return {
    type: 'platform',
    'bom-ref': `pkg:generic/node@${version}`,
    name: 'node',
    version,
    purl: `pkg:generic/node@${version}`,
    hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(binary.data).digest('hex') }],
    licenses: [{ license: { name: 'Node.js licence (MIT and others, see THIRD-PARTY-LICENSES.txt)' } }],
    needs: [],
  };
}

/** The bill as JSON text. */
export function bill({ name, version, seconds }: BillSubject, components: readonly Component[]): string {
  const ordered = [...components].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  const subject = `holdfast-release:${name}`;
  const needs = [
    { ref: subject, dependsOn: ordered.map((each) => each['bom-ref']) },
    ...ordered.map((each) => ({ ref: each['bom-ref'], dependsOn: each.needs })),
  ];
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serial(`${name}\n${JSON.stringify(ordered)}`),
    version: 1,
    metadata: {
      timestamp: new Date(seconds * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': subject,
        name,
        version,
        licenses: [{ license: { id: 'MIT' } }],
      },
    },
    components: ordered.map(({ needs: _, ...component }) => component),
    dependencies: needs,
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

function purl({ name, version }: { readonly name: string; readonly version: string }): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function sha512(
  name: string,
  { integrity = '' }: { readonly integrity?: string },
): { alg: 'SHA-512'; content: string } {
  const digest = /^sha512-(.+)$/.exec(integrity)?.[1];
  if (digest === undefined) throw new Error(`package-lock.json names no SHA-512 of ${name}`);
  return { alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') };
}

function licenceOf({ name, license }: { readonly name: string; readonly license?: string }): string {
  if (license === undefined) throw new Error(`${join('node_modules', name)} names no licence`);
  return license;
}

/** A UUID (version 5 in form) that follows from the content alone. */
function serial(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}

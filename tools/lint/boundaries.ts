/** Who may import whom, for the lint rule `holdfast/boundaries` and for `test/architecture.test.ts`; the layers are in `layers.ts`. */
import { layers } from './layers.ts';
import type { Layer } from './layers.ts';

const app = 'packages/holdfast/src';

/** Packages and built-ins that only some files may import: path prefixes and the sentence for everyone else. */
export const externals: Readonly<
  Record<string, { readonly from: readonly string[]; readonly reason: string }>
> = {
  'node:sqlite': {
    from: [
      `${app}/store/sqlite/database.ts`,
      `${app}/datasets/sqlite/`,
      'packages/resilience/src/state/sqlite',
      'packages/resilience/src/operation/sqlite',
    ],
    reason:
      'node:sqlite is opened in one place per package, where every pragma is set and read back; its class was renamed in Node 26.',
  },
  saxes: {
    from: [`${app}/xml/`],
    reason: 'XML is read by one reader, which rejects what is cut, mixed up or not XML at all.',
  },
  commander: { from: [`${app}/cli/`], reason: 'Only the command line knows its parser of arguments.' },
  zod: {
    from: [`${app}/config/`, `${app}/model/`, `${app}/sources/`, `${app}/server/`],
    reason: 'Data is checked by schema where it enters, not further inside.',
  },
  hono: { from: [`${app}/server/`], reason: 'Only the server speaks HTTP to people.' },
  '@hono/node-server': { from: [`${app}/server/`], reason: 'Only the server speaks HTTP to people.' },
  nodemailer: {
    from: [`${app}/follow/`],
    reason: 'Mail is one of the channels of alerts, nothing else sends any.',
  },
  hyparquet: { from: [`${app}/datasets/`], reason: 'Foreign Parquet files are read in one place.' },
  'hyparquet-writer': { from: [`${app}/formats/`], reason: 'Parquet is one of the formats of an export.' },
  'csv-parse': { from: [`${app}/datasets/`], reason: 'Foreign CSV files are read in one place.' },
  vitest: { from: ['test/'], reason: 'Code that is shipped does not import the test runner.' },
  'fast-check': { from: ['test/'], reason: 'Code that is shipped does not import the test runner.' },
};

/** Drivers that an adapter may import; each is an optional peer of the library. */
const peers: Readonly<Record<string, string>> = {
  'playwright-core': 'packages/resilience/src/adapters/playwright/',
  'puppeteer-core': 'packages/resilience/src/adapters/puppeteer/',
  'selenium-webdriver': 'packages/resilience/src/adapters/selenium/',
};

/** The entry point for users' tests is shipped as any other. */
const SHIPPED_TESTING = 'packages/resilience/src/testing/';

/** Tests, and the suites and helpers that only tests import, may reach across layers. */
export function isTestFile(path: string): boolean {
  if (path.startsWith(SHIPPED_TESTING) && !path.endsWith('.test.ts')) return false;
  return /(\.test\.ts$|\/conformance\.ts$|\/testing\/|^test\/|^packages\/[^/]+\/test\/)/.test(path);
}

/** The layer of a file, by its path from the root of the repository. */
export function layerOf(path: string): Layer | undefined {
  return layers
    .filter((layer) => path.startsWith(`${layer.folder}/`) || path === `${layer.folder}.ts`)
    .sort((a, b) => b.folder.length - a.folder.length)[0];
}

/** What is wrong with `from` importing `to`, both paths from the root or `to` a package name; undefined when allowed. */
export function violation(from: string, to: string): string | undefined {
  const packageName = from.split('/')[1] ?? '';
  if (!to.startsWith('packages/')) return externalViolation(from, to, packageName);
  if (isTestFile(from)) return testViolation(packageName, to);
  if (isTestFile(to)) return `${to} is for tests: code that is shipped does not import it.`;
  const source = layerOf(from);
  const target = layerOf(to);
  if (!from.startsWith('packages/') && !source) return undefined;
  if (!source) return `${from} belongs to no layer: give its folder a row in tools/lint/layers.ts.`;
  if (!target) return `${to} belongs to no layer: give its folder a row in tools/lint/layers.ts.`;
  if (source === target || source.mayImport.includes(target.name)) return undefined;
  if (isPort(to, target) && source.mayImport.includes(`${target.name} port`)) return undefined;
  return `${source.name} does not import ${target.name}: ${source.reason}`;
}

function externalViolation(from: string, to: string, packageName: string): string | undefined {
  const name = to.startsWith('node:') || to.startsWith('@') ? to : (to.split('/')[0] ?? to);
  if (isTestFile(from)) return undefined;
  if (packageName === 'resilience' && from.startsWith('packages/') && !to.startsWith('node:')) {
    const peer = peers[name];
    if (peer !== undefined && from.startsWith(peer)) return undefined;
    return 'The library has no dependencies: everything it needs is in Node or passed in.';
  }
  const rule = externals[name];
  if (rule && from.startsWith('packages/') && !rule.from.some((prefix) => from.startsWith(prefix)))
    return rule.reason;
  return undefined;
}

function testViolation(packageName: string, to: string): string | undefined {
  const foreign = to.split('/')[1] ?? '';
  if (packageName === 'resilience' && foreign !== 'resilience') {
    return 'Tests of the library use the library alone: it must be adoptable without the application.';
  }
  if (packageName === 'upstream' && foreign !== 'upstream') {
    return 'Tests of the simulated upstreams do not use the product that they are to judge.';
  }
  return undefined;
}

/** A port is a file that lies directly in the folder of its layer; what lies deeper is one implementation. */
function isPort(path: string, layer: Layer): boolean {
  return !path.slice(layer.folder.length + 1).includes('/');
}

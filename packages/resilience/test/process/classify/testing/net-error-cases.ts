import { NET_ERROR_RULES } from '../../../../src/adapters/browser/net-error.ts';
import { netErrorVerdict } from '../../../../src/adapters/browser/net-error.ts';
import type { Expected, Table } from './row-count.ts';

/** Chromium's network errors as a table to be counted. */
export const netErrors: Table = {
  name: 'net errors',
  rows: NET_ERROR_RULES.map(({ names }) => names.join(' ')),
  knows(error) {
    const code = netErrorVerdict((error as Error).message)?.code?.replace('net::ERR_', '') ?? '';
    const rule = NET_ERROR_RULES.find(({ names }) =>
      names.some((name) => (name.endsWith('*') ? code.startsWith(name.slice(0, -1)) : code === name)),
    );
    return rule === undefined ? [] : [rule.names.join(' ')];
  },
};

/** What Chromium says where a page cannot be loaded; `{closed}` is a port on which nobody listens. */
export const NAVIGATIONS: readonly (readonly [address: string, code: string, expected: Expected])[] = [
  ['http://127.0.0.1:{closed}/', 'CONNECTION_REFUSED', { category: 'network', safeToReplay: 'yes' }],
  ['{faulty}/reset', 'CONNECTION_RESET', { category: 'network', safeToReplay: 'unknown' }],
  ['{faulty}/empty', 'EMPTY_RESPONSE', { category: 'network', safeToReplay: 'unknown' }],
  ['http://nobody.invalid/', 'NAME_NOT_RESOLVED', { category: 'dns', safeToReplay: 'yes' }],
  ['{untrusted}', 'CERT_AUTHORITY_INVALID', { category: 'tls', safeToReplay: 'no' }],
  ['{faulty}/redirect-loop', 'TOO_MANY_REDIRECTS', { category: 'auth-expired', scope: 'auth' }],
  ['http://127.0.0.1:1/', 'UNSAFE_PORT', { category: 'permanent', safeToReplay: 'no' }],
  ['nowhere://there', 'ABORTED', { category: 'cancelled', scope: 'none' }],
];

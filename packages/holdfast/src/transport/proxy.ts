import { HoldfastError } from '../model/error.ts';
import { isLoopback } from './loopback.ts';

/** Environment variables, as far as they are read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An HTTP proxy. `authorization` is the value of Proxy-Authorization, never shown. */
export interface Proxy {
  readonly hostname: string;
  readonly port: number;
  readonly authorization: string | null;
}

/** Chooses the proxy of a request; null = none. */
export type ProxyChoice = (url: URL) => Proxy | null;

/**
 * Reads HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, lower case first (as curl does). This machine itself
 * (localhost, 127.0.0.0/8, ::1) is never asked through a proxy. NO_PROXY is a list of hosts by comma or white
 * space: a name covers itself and its subdomains (a leading dot or `*.` changes nothing), `host:port` that port
 * alone, `*` everything; address ranges (CIDR) are not understood and cover nothing.
 * @throws HoldfastError `ERR_PROXY_URL` for a proxy that cannot be used: going without it would be a surprise.
 */
export function proxiesOf(env: Environment): ProxyChoice {
  const all = proxyOf(env, 'ALL_PROXY');
  const byProtocol: Readonly<Record<string, Proxy | null>> = {
    'http:': proxyOf(env, 'HTTP_PROXY') ?? all,
    'https:': proxyOf(env, 'HTTPS_PROXY') ?? all,
  };
  const exempt = (read(env, 'NO_PROXY') ?? '').split(/[\s,]+/).filter((rule) => rule !== '');
  return (url) => {
    if (isLoopback(url.hostname) || exempt.some((rule) => covers(rule, url))) return null;
    return byProtocol[url.protocol] ?? null;
  };
}

function read(env: Environment, name: string): string | undefined {
  const value = env[name.toLowerCase()] ?? env[name];
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function proxyOf(env: Environment, name: string): Proxy | null {
  const text = read(env, name);
  if (text === undefined) return null;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null || url.protocol !== 'http:' || url.hostname === '') {
    throw new HoldfastError('ERR_PROXY_URL', `The proxy that ${name} names cannot be used.`, {
      hint: `Set ${name} to http://host:port (a proxy reached over http; SOCKS is not supported) or unset it.`,
      verdict: {
        category: 'permanent',
        scope: 'none',
        safeToReplay: 'no',
        evidence: 'class',
        code: 'ERR_PROXY_URL',
      },
    });
  }
  return {
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 80 : Number(url.port),
    authorization: url.username === '' && url.password === '' ? null : basic(url),
  };
}

function basic(url: URL): string {
  const pair = `${unescaped(url.username)}:${unescaped(url.password)}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** A password with a bare `%` is taken as it stands. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function covers(rule: string, url: URL): boolean {
  if (rule === '*') return true;
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(bracketed(rule.toLowerCase())) ?? [];
  const actual = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (port !== undefined && port !== actual) return false;
  const host = url.hostname.toLowerCase().replace(/\.$/, '');
  const suffix = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}

/** A bare IPv6 address gets the brackets that URLs have, so that its last group is no port. */
function bracketed(rule: string): string {
  return !rule.startsWith('[') && rule.split(':').length > 2 ? `[${rule}]` : rule;
}

/** The error for an answer of the proxy itself to CONNECT or to a plain request. */
export function proxyRefusal(status: number, proxy: Proxy): HoldfastError {
  const where = `${proxy.hostname}:${proxy.port}`;
  if (status === 407) {
    return new HoldfastError('ERR_PROXY_AUTH', `The proxy ${where} does not accept our credentials (407).`, {
      hint: 'Put the right user and password into the proxy variable: http://user:password@host:port.',
      verdict: {
        category: 'permanent',
        scope: 'none',
        safeToReplay: 'no',
        evidence: 'status',
        code: 'HTTP_407',
      },
    });
  }
  const permanent = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return new HoldfastError('ERR_PROXY_REFUSED', `The proxy ${where} did not open a connection (${status}).`, {
    hint: permanent
      ? 'Ask who runs the proxy to allow this host, or name it in NO_PROXY.'
      : 'It is tried again by itself.',
    verdict: {
      category: permanent ? 'permanent' : 'network',
      scope: 'call',
      safeToReplay: permanent ? 'no' : 'yes',
      evidence: 'status',
      code: `HTTP_${status}`,
    },
  });
}

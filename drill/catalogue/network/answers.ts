import type { Fault } from '../../fault.ts';
import { HttpFaults, type HttpRule } from '../../proxy/http-faults.ts';
import { playOutage, type OutagePlan } from './outage.ts';

interface AnswerRow extends Omit<OutagePlan, 'inject' | 'when'> {
  readonly name: string;
  readonly about: string;
  readonly quick?: boolean;
  readonly when?: OutagePlan['when'];
  readonly rule: Omit<HttpRule, 'name'>;
  /** The product reaches the upstream through it as its HTTP proxy, by a name that nobody else knows. */
  readonly proxied?: boolean;
}

const LOGIN =
  '<!doctype html><html><head><title>Welcome</title></head><body><form>Log in</form></body></html>';
const HTML = { 'content-type': 'text/html; charset=utf-8' };
/** What a TLS server says to plain HTTP: a fatal alert, unexpected message. */
const TLS_ALERT = Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x0a]);

const rows: readonly AnswerRow[] = [
  {
    name: 'captive-portal',
    about: 'A network redirects every request to its login page.',
    rule: {
      answer: (url) =>
        url.startsWith('/portal')
          ? { status: 200, headers: HTML, body: Buffer.from(LOGIN) }
          : { status: 302, headers: { ...HTML, location: '/portal/login' }, body: Buffer.from(LOGIN) },
    },
    lastsMs: 2_000,
    says: /portal|login|PORTAL/i,
    quick: true,
  },
  {
    name: 'login-page-with-200',
    about: 'A network answers every request with its login page, as if that were the answer.',
    rule: { answer: () => ({ status: 200, headers: HTML, body: Buffer.from(LOGIN) }) },
    lastsMs: 3_000,
  },
  {
    name: 'content-length-too-long',
    about: 'Answers have fewer bytes than they say.',
    rule: {
      mutate: (answer) => ({
        ...answer,
        headers: { ...answer.headers, 'content-length': String(answer.body.length + 500) },
      }),
    },
    lastsMs: 3_000,
    says: /BODY_CUT|broke|ECONNRESET/,
  },
  {
    name: 'content-length-too-short',
    about: 'Answers have more bytes than they say.',
    rule: {
      raw: () => {
        const body = '<?xml version="1.0"?><OAI-PMH></OAI-PMH> and more than was told';
        return Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 20\r\n\r\n${body}`);
      },
    },
    lastsMs: 3_000,
  },
  {
    name: 'oversized-headers',
    about: 'Answers have 600 KB of headers.',
    rule: {
      raw: () => {
        const header = `X-Filler: ${'x'.repeat(6_000)}\r\n`.repeat(100);
        return Buffer.from(`HTTP/1.1 200 OK\r\n${header}Content-Length: 2\r\n\r\nok`);
      },
    },
    lastsMs: 3_000,
    says: /HEADERS_TOO_LARGE|HEADER_OVERFLOW/,
  },
  {
    name: 'not-http',
    about: 'Another program answers on the port, and what it says is no HTTP.',
    rule: { raw: () => Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n') },
    lastsMs: 3_000,
    says: /NOT_HTTP|HPE_/,
  },
  {
    name: 'tls-on-plain-port',
    about: 'The plain port speaks TLS all at once, and answers plain HTTP with an alert.',
    rule: { raw: () => TLS_ALERT },
    lastsMs: 3_000,
    says: /NOT_HTTP|HPE_/,
  },
  {
    name: 'proxy-407',
    about: 'The HTTP proxy of the machine wants other credentials for a while.',
    rule: {
      answer: () => ({
        status: 407,
        headers: { ...HTML, 'proxy-authenticate': 'Basic realm="corp"' },
        body: Buffer.from('no'),
      }),
    },
    lastsMs: 3_000,
    says: /PROXY_AUTH|407/,
    proxied: true,
  },
];

function faultOf({
  name,
  about,
  quick = false,
  rule,
  proxied = false,
  when = 'list',
  ...plan
}: AnswerRow): Fault {
  return {
    name,
    layer: 'network',
    about,
    holds: 'None of it is taken for an answer; it is told, and every record is there once when it is over.',
    quick,
    play: (stage) =>
      playOutage(stage, {
        ...plan,
        when,
        inject: async (at, simulator) => {
          const faults = await HttpFaults.start(simulator.baseUrl);
          at.defer(() => faults.close());
          const own = `http://127.0.0.1:${String(faults.port)}`;
          const path = new URL(simulator.baseUrl).pathname;
          return {
            baseUrl: proxied ? `http://upstream.invalid${path}` : faults.url,
            ...(proxied ? { env: { HTTP_PROXY: own, http_proxy: own, NO_PROXY: '', no_proxy: '' } } : {}),
            begin: () => faults.addRule({ name, ...rule }),
            end: () => faults.removeRule(name),
            struck: () => faults.struck(name),
          };
        },
      }),
  };
}

/** Answers that are none, and answers that are spoilt on their way. */
export const answerFaults: readonly Fault[] = rows.map(faultOf);

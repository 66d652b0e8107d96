import { httpFault } from './http-fault.ts';

interface Shape {
  readonly name?: string;
  readonly message: string;
  readonly properties: Readonly<Record<string, string | number>>;
}

// Hosts and addresses that are reserved for documentation (RFC 2606, RFC 5737).
const HOST = 'upstream.example';
const ADDRESS = '192.0.2.1';

/** As Node and undici make them, on Linux. */
const SHAPES = {
  'connection-reset': {
    message: 'read ECONNRESET',
    properties: { errno: -104, code: 'ECONNRESET', syscall: 'read' },
  },
  'connection-refused': {
    message: `connect ECONNREFUSED ${ADDRESS}:443`,
    properties: { errno: -111, code: 'ECONNREFUSED', syscall: 'connect', address: ADDRESS, port: 443 },
  },
  'network-unreachable': {
    message: `connect ENETUNREACH ${ADDRESS}:443`,
    properties: { errno: -101, code: 'ENETUNREACH', syscall: 'connect', address: ADDRESS, port: 443 },
  },
  'socket-closed': {
    name: 'SocketError',
    message: 'other side closed',
    properties: { code: 'UND_ERR_SOCKET' },
  },
  'dns-temporary': {
    message: `getaddrinfo EAI_AGAIN ${HOST}`,
    properties: { errno: -3_001, code: 'EAI_AGAIN', syscall: 'getaddrinfo', hostname: HOST },
  },
  'dns-not-found': {
    message: `getaddrinfo ENOTFOUND ${HOST}`,
    properties: { errno: -3_008, code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: HOST },
  },
  'connect-timeout': {
    name: 'ConnectTimeoutError',
    message: `Connect Timeout Error (attempted address: ${HOST}:443, timeout: 10000ms)`,
    properties: { code: 'UND_ERR_CONNECT_TIMEOUT' },
  },
  'headers-timeout': {
    name: 'HeadersTimeoutError',
    message: 'Headers Timeout Error',
    properties: { code: 'UND_ERR_HEADERS_TIMEOUT' },
  },
  'body-timeout': {
    name: 'BodyTimeoutError',
    message: 'Body Timeout Error',
    properties: { code: 'UND_ERR_BODY_TIMEOUT' },
  },
  'tls-expired': { message: 'certificate has expired', properties: { code: 'CERT_HAS_EXPIRED' } },
  'tls-self-signed': {
    message: 'self-signed certificate',
    properties: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  },
  'disk-full': {
    message: 'ENOSPC: no space left on device, write',
    properties: { errno: -28, code: 'ENOSPC', syscall: 'write' },
  },
} as const satisfies Readonly<Record<string, Shape>>;

const ANSWERS = {
  'too-many-requests': (): Error => httpFault(429, { retryAfterSeconds: 1 }),
  'service-unavailable': (): Error => httpFault(503),
  'server-error': (): Error => httpFault(500),
  unauthorized: (): Error => httpFault(401),
  'not-found': (): Error => httpFault(404),
} as const;

/** The ready-made faults. */
export type FaultName =
  | 'connection-reset'
  | 'connection-refused'
  | 'network-unreachable'
  | 'socket-closed'
  | 'dns-temporary'
  | 'dns-not-found'
  | 'connect-timeout'
  | 'headers-timeout'
  | 'body-timeout'
  | 'tls-expired'
  | 'tls-self-signed'
  | 'disk-full'
  | 'too-many-requests'
  | 'service-unavailable'
  | 'server-error'
  | 'unauthorized'
  | 'not-found';

/** All of them, in the order of the documentation. */
export const FAULT_NAMES: readonly FaultName[] = Object.freeze([
  ...(Object.keys(SHAPES) as (keyof typeof SHAPES)[]),
  ...(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[]),
]);

/** Whether a fault of this name is ready-made. */
export function isFaultName(name: unknown): name is FaultName {
  return (FAULT_NAMES as readonly unknown[]).includes(name);
}

/** A new error of the form in which Node, undici or an HTTP answer bring it, so that `classify` judges it as the real one. */
export function faultError(name: FaultName): Error {
  if (isAnswer(name)) return ANSWERS[name]();
  const shape: Shape = SHAPES[name];
  const error = Object.assign(new Error(shape.message), shape.properties);
  if (shape.name !== undefined) error.name = shape.name;
  return error;
}

function isAnswer(name: FaultName): name is keyof typeof ANSWERS {
  return Object.hasOwn(ANSWERS, name);
}

import { judge } from '../../classify/driver-rules.ts';
import type { DriverRule } from '../../classify/driver-rules.ts';
import type { Verdict } from '../../classify/verdict.ts';

/** PostgreSQL's errors by SQLSTATE (PostgreSQL documentation, appendix A), and pg's own, which have no code. */
export const PG_RULES: readonly DriverRule[] = [
  {
    what: 'The server ended the connection, or does not take any',
    codes: ['57P01', '57P02', '57P03', '57P05', '25P03'],
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'The connection failed',
    codePrefixes: ['08'],
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'Too many connections, or the server is short of something',
    codePrefixes: ['53'],
    category: 'rate-limit',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    what: 'Rolled back for the sake of another transaction: the whole transaction again',
    codes: ['40001', '40P01', '55P03'],
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    what: 'The statement was cancelled: statement_timeout, or somebody',
    codes: ['57014'],
    category: 'timeout',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    what: 'The server does not accept who we are',
    codePrefixes: ['28'],
    category: 'auth-expired',
    scope: 'auth',
    safeToReplay: 'no',
  },
  {
    what: 'The statement or its data are wrong, or there is no such database',
    codePrefixes: ['22', '23', '42', '3D', '3F', '0A'],
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
  {
    what: 'The connection is gone',
    message:
      /^(?:Connection terminated(?: unexpectedly)?|Client has encountered a connection error and is not queryable|Client was closed and is not queryable)$/,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'A time limit of the client has passed',
    message:
      /^(?:timeout expired|Connection terminated due to connection timeout|Query read timeout|timeout exceeded when trying to connect)$/,
    category: 'timeout',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  {
    what: 'The server asks for a password and there is none',
    message: /^SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a /,
    category: 'auth-expired',
    scope: 'auth',
    safeToReplay: 'no',
  },
  {
    what: 'The server speaks no TLS',
    message:
      /^(?:The server does not support SSL connections|There was an error establishing an SSL connection)$/,
    category: 'tls',
    scope: 'call',
    safeToReplay: 'no',
  },
  {
    what: 'The pool was ended by its owner',
    message: /^(?:Cannot use a pool after calling end on the pool|Called end on pool more than once)$/,
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
];

/**
 * The verdict on an error of pg; undefined when it is none of its own. 57014 stands for a statement_timeout and for a
 * cancellation alike: compare with your own signal first. Never throws.
 */
export function classifyPg(error: unknown): Verdict | undefined {
  return judge(error, { rules: PG_RULES });
}

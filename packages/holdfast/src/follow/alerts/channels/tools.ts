import type { Clock } from '@holdfast/resilience/clock';
import type { CallHttp } from '../../http-call.ts';
import type { RunProgram } from './run-program.ts';
import type { SendMail } from './mail.ts';

/** The real world, as far as channels need it. */
export interface Tools {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly version: string;
  readonly call: CallHttp;
  readonly run: RunProgram;
  readonly mail: SendMail;
}

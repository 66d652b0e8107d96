import type { SafeToReplay } from '../classify/verdict.ts';
import { ResilienceError } from '../errors.ts';
import { describeLoss } from './loss.ts';
import type { LossReport } from './loss.ts';

/** What was lost, and with what a call was doing. */
export interface SessionLostDetails {
  readonly session: string;
  readonly generation: number;
  readonly report: LossReport;
  /** `page`: only the view of one lease. */
  readonly scope: 'session' | 'page';
  /** What is known of the call that met the loss; `unknown` by default: it may have done its work. */
  readonly safeToReplay?: SafeToReplay;
  readonly cause?: unknown;
}

/** A generation of a session, or the view of one lease, is gone (`ERR_SESSION_LOST`). Work goes on with a new lease. */
export class SessionLostError extends ResilienceError {
  readonly session: string;
  readonly generation: number;
  readonly report: LossReport;

  constructor(details: SessionLostDetails) {
    const { session, generation, report, scope } = details;
    const what = scope === 'page' ? 'A view' : 'Generation';
    const whose = scope === 'page' ? ` of generation ${String(generation)} of` : ` ${String(generation)} of`;
    super(`${what}${whose} session "${session}" was lost: ${describeLoss(report)}.`, {
      code: 'ERR_SESSION_LOST',
      hint: 'Work inside use() is repeated on the next generation; elsewhere, take a new lease.',
      cause: details.cause ?? report.error,
      verdict: {
        category: report.cause === 'crash' ? 'crash' : scope === 'page' ? 'page-lost' : 'session-lost',
        scope,
        safeToReplay: details.safeToReplay ?? 'unknown',
        evidence: 'event',
        code: 'ERR_SESSION_LOST',
      },
    });
    this.session = session;
    this.generation = generation;
    this.report = report;
  }
}

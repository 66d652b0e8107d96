import type { AuditRun } from '../model/audit.ts';
import type { WaitNotice } from '../model/event.ts';
import { Engine, type EngineOptions } from './engine.ts';

/** What an audit without an engine is asked to do. */
export interface OfflineAudit {
  /** Ids of the sources; all enabled ones, when left out. */
  readonly sources?: readonly string[];
  /** Whether what is found missing is asked for, too. */
  readonly repair: boolean;
  /** Requests of each source; the configuration's, when left out. */
  readonly budget?: number;
  /** Aborts when it is to stop: it goes on another time where it stood. */
  readonly signal: AbortSignal;
  /** Told of each run whenever it has moved. */
  readonly onRun: (run: AuditRun) => void;
  /** Told of what keeps a source from asking. */
  readonly onWait?: (source: string, wait: WaitNotice) => void;
}

/** An engine that only audits: each source once, until its run has ended or its budget is used up. */
export async function auditAll(
  parts: Pick<EngineOptions, 'config' | 'store' | 'transport' | 'state' | 'clock' | 'random' | 'uniqueId'>,
  { sources, repair, budget, signal, onRun, onWait }: OfflineAudit,
): Promise<readonly AuditRun[]> {
  const wish = { repair, ...(budget === undefined ? {} : { budget }) };
  const runs = new Map<string, AuditRun>();
  const engine = new Engine({
    ...parts,
    once: true,
    auditOnly: wish,
    emit: (event) => {
      if (event.kind === 'wait') onWait?.(event.source, event.wait);
    },
    remembered: await parts.store.sources(),
    onAudit: (run) => {
      runs.set(run.source, run);
      onRun(run);
    },
    ...(sources === undefined ? {} : { only: sources }),
  });
  await engine.audit(wish);
  await engine.run(signal);
  return [...runs.values()];
}

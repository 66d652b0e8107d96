import { systemClock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../model/error.ts';
import type { AuditWish } from '../audit/port.ts';
import type { IntegrityFinding, Store } from '../store/port.ts';
import type { Answerer } from '../control/listen.ts';
import type { Engine } from './engine.ts';
import { liveStatus } from './live-status.ts';
import { acknowledge } from './acknowledge.ts';
import { metricsOf, type ProcessMetrics } from './metrics.ts';
import type { IncidentKeeper } from './incidents/incident-keeper.ts';
import type { SpotChecks } from './spot-checks.ts';
import type { Imports } from './import/imports.ts';
import { redrive } from './redrive.ts';
import type { StartMessage } from './messages.ts';
import { readVersion } from '../version.ts';

/** What answers are made of. */
export interface AnswererParts {
  readonly engine: Engine;
  readonly store: Store;
  readonly restarts: StartMessage['restarts'];
  readonly uniqueId: () => string;
  readonly imports: Imports;
  readonly readProcess: () => ProcessMetrics;
  readonly checks: Pick<SpotChecks, 'verified'>;
  readonly incidents: Pick<IncidentKeeper, 'open'>;
}

/** Answers what is asked of the running engine. */
export function answerer({
  engine,
  store,
  restarts,
  uniqueId,
  readProcess,
  imports,
  checks,
  incidents,
}: AnswererParts): Answerer {
  const startedAt = systemClock.monotonic();
  return async (verb, args) => {
    switch (verb) {
      case 'status':
        return liveStatus(engine, {
          version: readVersion(),
          restarts,
          uptimeMs: systemClock.monotonic() - startedAt,
          incidents: incidents.open,
        });
      case 'metrics':
        return metricsOf(engine, await store.sources(), readProcess());
      case 'retry':
        return engine.retry(textOf(args['source']));
      case 'pause':
        return engine.pause(sourceOf(args));
      case 'resume':
        return engine.resume(sourceOf(args));
      case 'ack':
        return acknowledge(store, textOf(args['id']), textOf(args['note']), systemClock.now());
      case 'redrive':
        return redrive(
          { store, clock: systemClock, uniqueId, source: (id) => engine.source(id) },
          Array.isArray(args['numbers']) ? args['numbers'].map(Number) : 'all',
        );
      case 'audit':
        return (await engine.audit(wishOf(args), sourceOf(args))).map(({ id }) => id);
      case 'import':
        return imports.answer(textOf(args['do']), textOf(args['path']), sourceOf(args) ?? null);
      case 'verify':
        return verify(store, checks);
      default:
        throw new HoldfastError('ERR_CONTROL', `The engine does not know "${verb}".`, {
          hint: 'The command line and the engine may be of different versions: restart the engine.',
        });
    }
  };
}

async function verify(
  store: Pick<Store, 'verify'>,
  checks: Pick<SpotChecks, 'verified'>,
): Promise<readonly IntegrityFinding[]> {
  const findings = await Array.fromAsync(store.verify());
  checks.verified(findings);
  return findings;
}

/** A budget that is no positive number is none. */
function wishOf({ repair, budget }: Readonly<Record<string, unknown>>): AuditWish {
  const bounded = typeof budget === 'number' && budget >= 1 ? { budget: Math.floor(budget) } : {};
  return { repair: repair === true, ...bounded };
}

/** Left out, all sources are meant. */
function sourceOf(args: Readonly<Record<string, unknown>>): string | undefined {
  return args['source'] === undefined || args['source'] === null ? undefined : textOf(args['source']);
}

/** What is asked comes from another process: anything but text names nothing. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

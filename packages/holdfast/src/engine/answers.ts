import { systemClock } from '@holdfast/resilience/clock';
import { randomUUID } from 'node:crypto';
import { HoldfastError } from '../model/error.ts';
import type { Store } from '../store/port.ts';
import type { Answerer } from './control.ts';
import type { Engine } from './engine.ts';
import { liveStatus } from './live-status.ts';
import { acknowledge } from './acknowledge.ts';
import { redrive } from './redrive.ts';
import type { StartMessage } from './messages.ts';
import { readVersion } from '../version.ts';

/** Answers what is asked of the running engine. */
export function answerer(engine: Engine, store: Store, restarts: StartMessage['restarts']): Answerer {
  const startedAt = systemClock.monotonic();
  return async (verb, args) => {
    switch (verb) {
      case 'status':
        return liveStatus(engine, readVersion(), restarts, systemClock.monotonic() - startedAt);
      case 'retry':
        return engine.retry(String(args['source']));
      case 'ack':
        return acknowledge(store, String(args['id']), String(args['note'] ?? ''), systemClock.now());
      case 'redrive':
        return redrive(
          { store, clock: systemClock, uniqueId: randomUUID, source: (id) => engine.source(id) },
          Array.isArray(args['numbers']) ? args['numbers'].map(Number) : 'all',
        );
      case 'verify':
        return Array.fromAsync(store.verify());
      default:
        throw new HoldfastError('ERR_CONTROL', `The engine does not know "${verb}".`, {
          hint: 'The command line and the engine may be of different versions: restart the engine.',
        });
    }
  };
}

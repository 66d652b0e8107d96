import { systemClock } from '@holdfast/resilience/clock';
import { HoldfastError } from '../model/error.ts';
import type { Store } from '../store/port.ts';
import type { Answerer } from '../control/listen.ts';
import type { Engine } from './engine.ts';
import { liveStatus } from './live-status.ts';
import { acknowledge } from './acknowledge.ts';
import { redrive } from './redrive.ts';
import type { StartMessage } from './messages.ts';
import { readVersion } from '../version.ts';

/** Answers what is asked of the running engine. */
export function answerer(
  engine: Engine,
  store: Store,
  restarts: StartMessage['restarts'],
  uniqueId: () => string,
): Answerer {
  const startedAt = systemClock.monotonic();
  return async (verb, args) => {
    switch (verb) {
      case 'status':
        return liveStatus(engine, readVersion(), restarts, systemClock.monotonic() - startedAt);
      case 'retry':
        return engine.retry(textOf(args['source']));
      case 'ack':
        return acknowledge(store, textOf(args['id']), textOf(args['note']), systemClock.now());
      case 'redrive':
        return redrive(
          { store, clock: systemClock, uniqueId, source: (id) => engine.source(id) },
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

/** What is asked comes from another process: anything but text names nothing. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

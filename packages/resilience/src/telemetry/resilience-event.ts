import type { OperationEvent } from '../operation/operation-event.ts';
import type { PolicyEvent } from '../policy/events.ts';
import type { RecoveryEvent } from '../session/functions/connection-options.ts';
import type { HealthCheckedEvent } from '../session/functions/with-periodic-health-check.ts';
import type { SessionEvent } from '../session/session-event.ts';
import type { TreeEvent } from '../tree/tree-event.ts';

/**
 * Anything that the library decides or meets, with the part that speaks. Errors in it are the live ones; `eventToJson`
 * and `describeEvent` make something of it that can be kept.
 */
export type ResilienceEvent =
  | { readonly layer: 'policy'; readonly event: PolicyEvent }
  | { readonly layer: 'tree'; readonly event: TreeEvent }
  | { readonly layer: 'session'; readonly event: SessionEvent | RecoveryEvent | HealthCheckedEvent }
  | { readonly layer: 'operation'; readonly event: OperationEvent };

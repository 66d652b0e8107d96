import { systemClock, systemRandom } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import type { Config } from '../config/config.ts';
import type { AuditRun } from '../model/audit.ts';
import type { Store } from '../store/port.ts';
import { httpTransport } from '../transport/http-transport.ts';
import { userAgent } from '../transport/user-agent.ts';
import { readVersion } from '../version.ts';
import { auditAll, type OfflineAudit } from './audit-all.ts';

export type { OfflineAudit } from './audit-all.ts';

/**
 * Audits sources over the real network, without a harvest; gives their runs as they stand when each has ended or used up
 * its budget. A source of which nothing is harvested has none. @throws the signal's reason
 */
export async function auditOffline(
  config: Config,
  store: Store,
  uniqueId: () => string,
  options: OfflineAudit,
): Promise<readonly AuditRun[]> {
  const state = sqliteState(config.stateDir, { clock: systemClock });
  const transport = httpTransport({
    clock: systemClock,
    env: process.env,
    userAgent: userAgent(readVersion(), config.contact ?? undefined),
  });
  try {
    const parts = { config, store, transport, state, clock: systemClock, random: systemRandom, uniqueId };
    return await auditAll(parts, options);
  } finally {
    await transport.close();
    await state.close();
  }
}

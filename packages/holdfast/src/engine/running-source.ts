import { classify, type PolicyEvent } from '@holdfast/resilience';
import { SourceAuditor } from '../audit/lane/index.ts';
import type { AuditWish } from '../audit/port.ts';
import type { AuditPlan, SourceConfig } from '../config/config.ts';
import { Fetcher } from '../ingest/fetcher.ts';
import type { HarvestEnd, HarvesterOptions } from '../ingest/harvester-options.ts';
import { Harvester } from '../ingest/harvester.ts';
import { Pauses } from '../ingest/pauses.ts';
import type { AuditRun } from '../model/audit.ts';
import type { EngineEvent } from '../model/event.ts';
import type { Source } from '../sources/port.ts';
import type { SourceState } from '../store/port.ts';
import type { Transport } from '../transport/port.ts';
import type { Counters } from './counters.ts';
import type { MachineNetwork } from './machine-network.ts';
import { OwnWaits } from './own-waits.ts';
import { requestPolicies } from './request-policy.ts';
import { makeSource } from './source-factory.ts';
import type { Service, Services } from './services.ts';
import { noticeOf } from './wait-notice.ts';

/** How the requests of a source went, over all runs. */
export interface Health {
  failures: number;
  retries: number;
  /** Wall ms of the last answer that was one; null before. */
  readonly lastSuccessAt: number | null;
}

/** A source that an engine runs, with everything that belongs to it alone. */
export interface RunningSource {
  readonly config: SourceConfig;
  readonly source: Source;
  readonly service: Service;
  readonly fetcher: Fetcher;
  readonly harvester: Harvester;
  readonly health: Health;
  readonly waits: OwnWaits;
  /** Waits of single probes for an open circuit. */
  readonly pauses: Pauses;
  end: HarvestEnd | null;
}

/** What a running source is made of. */
export interface SourceParts extends Pick<
  HarvesterOptions,
  | 'store'
  | 'clock'
  | 'random'
  | 'uniqueId'
  | 'once'
  | 'startedAt'
  | 'owner'
  | 'emit'
  | 'deadly'
  | 'onInHand'
  | 'onCommitted'
> {
  readonly transport: Transport;
  readonly services: Services;
  readonly network: MachineNetwork;
  readonly counters: Counters;
  /** What the store remembers of it. */
  readonly remembered: SourceState | undefined;
  /** A sign of life. */
  readonly onProgress: () => void;
  readonly audit: AuditPlan;
  readonly auditOnly?: AuditWish | undefined;
  readonly onAudit?: ((run: AuditRun) => void) | undefined;
}

/** Joins one configured source with its connector, its service's gate and circuit, and its harvester. */
export function runSource(config: SourceConfig, parts: SourceParts): RunningSource {
  const { clock, network, remembered, transport, services } = parts;
  const source = makeSource(config);
  const service = services.of(source);
  const waits = new OwnWaits(clock);
  const pauses = new Pauses(clock);
  const health = {
    failures: remembered?.failures ?? 0,
    retries: remembered?.retries ?? 0,
    get lastSuccessAt() {
      return fetcher.lastAnswerAt ?? remembered?.lastSuccessAt ?? null;
    },
  };
  const fetcher: Fetcher = new Fetcher({
    source,
    transport,
    clock,
    gate: service.gate,
    network: network.seenBy((wait, over) => harvester.noteWait(wait, over)),
    ...requestPolicies({
      name: service.key,
      clock,
      random: parts.random,
      circuit: service.circuit,
      pauses,
      onEvent: (event) => notePolicy(config.id, event, health, parts.counters),
    }),
    onRequest: (url) => {
      parts.onProgress();
      parts.emit({ kind: 'request', at: clock.now(), source: config.id, url });
    },
    onMoved: tellMove(config.id, parts),
    onWait: (wait) => {
      waits.begin(wait);
      if (wait.kind === 'backoff' || wait.kind === 'circuit') health.retries += 1;
      harvester.noteWait(noticeOf(wait, network.state === 'down'), wait.over);
    },
  });
  const { auditOnly, ...rest } = parts;
  const harvester = new Harvester({
    ...rest,
    ...(auditOnly === undefined ? {} : { auditOnly }),
    audits: auditorOf(source, parts),
    source,
    fetcher,
    from: config.from,
    until: config.until ?? null,
    isOffline: () => network.state === 'down',
  });
  return { config, source, service, fetcher, harvester, health, waits, pauses, end: null };
}

/** In a run that is to end nothing is audited but what somebody asks for. */
function auditorOf(source: Source, parts: SourceParts): SourceAuditor {
  const { store, clock, random, uniqueId, once, audit, onAudit } = parts;
  return new SourceAuditor({
    store,
    source,
    now: () => clock.now(),
    chance: () => random.next(),
    uniqueId,
    every: audit.every,
    budget: audit.requests,
    onlyWhenAsked: once,
    ...(onAudit === undefined ? {} : { onRun: onAudit }),
  });
}

function notePolicy(id: string, event: PolicyEvent, health: Health, counters: Counters): void {
  if (event.type === 'success') counters.request(id, 'ok', 'ok');
  if (event.type === 'retry') counters.retry(event.verdict.category);
  if (event.type !== 'failure' || classify(event.error).category === 'cancelled') return;
  health.failures += 1;
  counters.request(id, 'error', event.verdict.category);
}

/** Told once in a run: the address stands in the configuration, which only a person changes. */
function tellMove(
  source: string,
  { emit, clock }: { readonly emit: (event: EngineEvent) => void; readonly clock: SourceParts['clock'] },
): (to: string) => void {
  let told = false;
  return (to) => {
    if (told) return;
    told = true;
    emit({
      kind: 'notice',
      at: clock.now(),
      source,
      code: 'MOVED',
      message: `${source} has moved to ${to}.`,
      hint: `Set "baseUrl" of source "${source}" to the new address.`,
    });
  };
}

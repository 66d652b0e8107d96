import { LABELS } from '../telemetry/instruments.ts';
import { eventToJson } from '../telemetry/event-json.ts';
import type { ResilienceEvent } from '../telemetry/resilience-event.ts';
import type { AttributesLike, SpanLike, TracerLike } from './api-like.ts';

type PolicyEvent = Extract<ResilienceEvent, { readonly layer: 'policy' }>['event'];
type RunEvent = Extract<PolicyEvent, { readonly run: number }>;

/** Events with which a run may begin; any other is of a run that began before anybody listened, or has ended. */
const BEGINNINGS: readonly PolicyEvent['type'][] = ['attempt', 'wait', 'give-up'];

/** Spans of runs that have not ended. */
export interface RunSpans {
  hear(entry: ResilienceEvent): void;
  /** Ends what is open. */
  stop(): void;
}

interface Open {
  readonly span: SpanLike;
  attempts: number;
  /** Of the last failure. */
  category: string | undefined;
}

interface PlainError {
  readonly name?: string;
  readonly code?: string | number;
  readonly message?: string;
}

/**
 * One span for each run of a policy, from its first event to its success or to its giving up; what happens between are
 * events of the span. Its parent is the span that is active where `run` was called. At most `limit` are open: of more,
 * the oldest is ended as it stands, so that no run that is never heard of again stays for ever.
 */
export function runSpans(tracer: TracerLike, limit: number): RunSpans {
  const open = new Map<string, Open>();
  const begin = (key: string, event: RunEvent): Open => {
    const name = `run ${event.policy}`;
    const span = tracer.startSpan(name, { attributes: { [LABELS.policy]: event.policy } });
    const run: Open = { span, attempts: 0, category: undefined };
    open.set(key, run);
    const [oldest] = open;
    if (open.size > limit && oldest !== undefined) {
      open.delete(oldest[0]);
      abandon(oldest[1]);
    }
    return run;
  };
  return {
    hear: (entry) => {
      const { event } = entry;
      if (entry.layer !== 'policy' || !isOfRun(event)) return;
      // Copies of the package count for themselves.
      const key = `${String(event.run)} ${event.policy}`;
      const known = open.get(key);
      if (known === undefined && !BEGINNINGS.includes(event.type)) return;
      const run = known ?? begin(key, event);
      run.attempts = Math.max(run.attempts, event.attempt);
      if (event.type === 'failure') run.category = event.verdict.category;
      if (event.type !== 'success' && event.type !== 'give-up') {
        run.span.addEvent(`holdfast.${event.type}`, attributesOf(entry));
        return;
      }
      open.delete(key);
      end(run, event);
    },
    stop: () => {
      for (const run of open.values()) abandon(run);
      open.clear();
    },
  };
}

function isOfRun(event: ResilienceEvent['event']): event is RunEvent {
  return typeof (event as Partial<RunEvent>).run === 'number';
}

function end(run: Open, event: Extract<RunEvent, { readonly type: 'success' | 'give-up' }>): void {
  const { span, attempts, category } = run;
  const outcome = event.type === 'success' ? 'success' : 'failure';
  span.setAttributes({ 'holdfast.policy.attempts': attempts, [LABELS.outcome]: outcome });
  if (event.type === 'give-up') {
    span.setAttributes({ [LABELS.reason]: event.stopReason });
    if (event.retryAfterMs !== undefined) {
      span.setAttributes({ 'holdfast.retry_after': event.retryAfterMs / 1_000 });
    }
    // A caller that changed its mind has not failed.
    if (event.stopReason !== 'aborted') markFailed(span, category, event);
  }
  span.end();
}

function markFailed(span: SpanLike, category: string | undefined, event: RunEvent): void {
  const { error } = eventToJson({ layer: 'policy', event }) as { readonly error?: PlainError };
  span.setAttributes({ [LABELS.category]: category ?? String(error?.code ?? error?.name ?? '_OTHER') });
  span.setStatus({ code: 2, ...(error?.message === undefined ? {} : { message: error.message }) });
}

function abandon({ span, attempts }: Open): void {
  span.setAttributes({ 'holdfast.policy.attempts': attempts, [LABELS.outcome]: 'unknown' });
  span.end();
}

/** What is told of an event within a run: flat, as attributes are. Durations are in seconds. */
function attributesOf(entry: ResilienceEvent): AttributesLike {
  const { layer: _layer, type: _type, policy: _policy, run: _run, ...rest } = eventToJson(entry);
  const attributes: AttributesLike = {};
  for (const [key, value] of Object.entries(rest)) add(attributes, key, value);
  return attributes;
}

function add(attributes: AttributesLike, key: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    for (const [field, told] of Object.entries(value)) add(attributes, `${key}.${field}`, told);
  } else if (key === 'verdict.category' || key === 'category') attributes[LABELS.category] = String(value);
  else if (key.endsWith('Ms') && typeof value === 'number')
    attributes[`holdfast.${snake(key.slice(0, -2))}`] = value / 1_000;
  else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    attributes[key.startsWith('error.') ? `exception.${snake(key.slice(6))}` : `holdfast.${snake(key)}`] =
      value;
  }
}

function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

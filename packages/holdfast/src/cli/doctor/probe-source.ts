import { gate, parseHttpDate, parseRetryAfter } from '@holdfast/resilience';
import type { StateStore } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import type { SourceConfig } from '../../config/index.ts';
import { HoldfastError } from '../../model/error.ts';
import { addDays, dayOf } from '../../model/day.ts';
import type { Answer, Exchange, Transport } from '../../transport/port.ts';

/** What one request to a source found. */
export interface Probed {
  readonly host: string;
  readonly status: number;
  /** What is wrong with the answer; null when it is one of this protocol. */
  readonly problem: string | null;
  /** How far our clock is ahead of the server's, ms; null when it names no date. */
  readonly clockAheadMs: number | null;
}

/** A connector as far as a probe needs it: the command line knows sources by path only. */
export interface ProbedSource {
  readonly baseUrl: string;
  readonly gateKey: string;
  readonly minIntervalMs: number;
  readonly timeouts: Exchange['timeouts'];
  readonly accept: string;
  readonly streams: readonly { readonly name: string }[];
  identify(): { readonly url: string } | null;
  /** Has a `type` when it is none. */
  readDescription(answer: Answer): {
    readonly type?: string;
    readonly detail?: string;
    readonly earliest?: unknown;
  };
  first(
    stream: string,
    range: { readonly from: string; readonly to: string },
    look: number,
    today: string,
  ): { readonly url: string };
}

/** What a probe works with. */
export interface ProbeTools {
  readonly clock: Clock;
  readonly state: StateStore;
  readonly transport: Transport;
  readonly makeSource: (config: SourceConfig) => ProbedSource;
}

/** Longest wait for a turn at the gate and the answer, ms. */
const PATIENCE_MS = 45_000;
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Sends one request to a source, in its turn: the gate keeps its interval, and a Retry-After of the answer closes it.
 * @throws HoldfastError of the transport, `ERR_PROBE_TIMEOUT` when there was no turn or no answer in time.
 */
export async function probeSource(config: SourceConfig, tools: ProbeTools): Promise<Probed> {
  const { clock, state, transport, makeSource } = tools;
  const source = makeSource(config);
  const url = requestOf(source, clock.now());
  const limit = new AbortController();
  const timer = clock.timer(PATIENCE_MS, () => limit.abort(tooLate(source)));
  const turns = gate({ key: source.gateKey, minIntervalMs: source.minIntervalMs, state, clock });
  try {
    const answer = await turns.run(
      () =>
        transport.send(
          { url, headers: { accept: source.accept }, timeouts: source.timeouts, maxBytes: MOST_BYTES },
          limit.signal,
        ),
      { signal: limit.signal, hold: (received) => holdOf(received, clock) },
    );
    return { host: new URL(url).host, ...judge(source, answer, clock) };
  } finally {
    timer.cancel();
  }
}

/** What the repository says of itself, or one page of its newest day. */
function requestOf(source: ProbedSource, now: number): string {
  const asked = source.identify();
  if (asked !== null) return asked.url;
  const today = dayOf(now);
  const [stream] = source.streams;
  return source.first(stream?.name ?? '', { from: today, to: addDays(today, 1) }, 1, today).url;
}

function judge(source: ProbedSource, answer: Answer, clock: Clock): Omit<Probed, 'host'> {
  const date = parseHttpDate(answer.headers['date'] ?? '', clock.now());
  const request = source.identify();
  const reading = request === null ? null : source.readDescription(answer);
  const said =
    reading?.type !== undefined
      ? (reading.detail ?? reading.type)
      : answer.status >= 400
        ? `HTTP ${answer.status}`
        : null;
  return {
    status: answer.status,
    problem: said,
    clockAheadMs: date === null ? null : answer.receivedAt - date,
  };
}

function holdOf(
  { status, headers }: Answer,
  clock: Clock,
): { ms: number; kind: 'retry-after'; reason: string; raw: string } | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const asked = parseRetryAfter(headers['retry-after'], { now: clock.now(), date: headers['date'] ?? null });
  if (asked === null) return undefined;
  return { ms: asked.waitMs, kind: 'retry-after', reason: `HTTP ${status}`, raw: asked.raw };
}

function tooLate(source: ProbedSource): HoldfastError {
  return new HoldfastError(
    'ERR_PROBE_TIMEOUT',
    `There was no answer from ${new URL(source.baseUrl).host} within ${PATIENCE_MS / 1_000} s.`,
    { hint: 'Its gate may be closed by a Retry-After, or somebody else may be asking it now.' },
  );
}

/** What can be done to a request. */
export const faultKinds = ['status', 'reset', 'black-hole', 'slow', 'captcha'] as const;

/** `reset` cuts the connection, `black-hole` never answers. */
export type FaultKind = (typeof faultKinds)[number];

/** A fault that waits for its requests. */
export interface Fault {
  readonly id: number;
  /** Method and path, such as `POST /messages`; `*` as method, and at the end of the path, stands for anything. */
  readonly match: string;
  readonly kind: FaultKind;
  /** `before`: the request is not handled. `after`: it is handled, and the answer suffers. */
  readonly when: 'before' | 'after';
  readonly status: number;
  /** Sent as Retry-After, in seconds. */
  readonly retryAfter: number | undefined;
  readonly delayMs: number;
  /** How often it still fires. */
  times: number;
  fired: number;
}

/** The faults of a portal, and whether a captcha has to be solved. */
export class Faults {
  readonly #faults: Fault[] = [];
  isCaptchaPending = false;

  get all(): readonly Fault[] {
    return this.#faults;
  }

  /**
   * Plans a fault from what somebody sent.
   * @throws RangeError with a sentence about what is wrong with it.
   */
  plan(wanted: unknown): Fault {
    const fault = parseFault(wanted, this.#faults.length + 1);
    this.#faults.push(fault);
    return fault;
  }

  /** The fault of a request, counted as fired. */
  take(method: string, path: string): Fault | undefined {
    const fault = this.#faults.find((each) => each.times > 0 && matches(each.match, method, path));
    if (!fault) return undefined;
    fault.times--;
    fault.fired++;
    return fault;
  }

  /** Ends every fault; what has fired stays counted. */
  clear(): void {
    for (const fault of this.#faults) fault.times = 0;
  }
}

const keys = ['match', 'kind', 'when', 'status', 'retryAfter', 'delayMs', 'times'];

function parseFault(wanted: unknown, id: number): Fault {
  if (typeof wanted !== 'object' || wanted === null) throw new RangeError('A fault is a JSON object.');
  const given: Record<string, unknown> = { ...wanted };
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new RangeError(`A fault has no "${unknown}"; it has ${keys.join(', ')}.`);
  const kind = faultKinds.find((each) => each === given['kind']);
  if (!kind) throw new RangeError(`The kind of a fault is one of ${faultKinds.join(', ')}.`);
  const when = given['when'] ?? 'before';
  if (when !== 'before' && when !== 'after') throw new RangeError('"when" is "before" or "after".');
  if (kind === 'captcha' && when === 'after') throw new RangeError('A captcha can only come before.');
  const match = given['match'];
  if (typeof match !== 'string' || !/^([A-Z]+|\*) \/\S*$/.test(match)) {
    throw new RangeError('"match" is a method and a path, such as "POST /messages" or "* /matches*".');
  }
  return {
    id,
    match,
    kind,
    when,
    status: count(given, 'status', 503),
    retryAfter: given['retryAfter'] === undefined ? undefined : count(given, 'retryAfter', 0),
    delayMs: count(given, 'delayMs', 1000),
    times: count(given, 'times', 1),
    fired: 0,
  };
}

function count(given: Record<string, unknown>, key: string, fallback: number): number {
  const value = given[key] ?? fallback;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`"${key}" is a whole number, 0 or more.`);
}

function matches(pattern: string, method: string, path: string): boolean {
  const [wantedMethod, wantedPath = ''] = pattern.split(' ');
  if (wantedMethod !== '*' && wantedMethod !== method) return false;
  return wantedPath.endsWith('*') ? path.startsWith(wantedPath.slice(0, -1)) : path === wantedPath;
}

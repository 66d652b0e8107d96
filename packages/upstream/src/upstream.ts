import { Cdn } from './cdn.ts';
import type { Corpus } from './corpus/corpus.ts';
import { Delivered } from './delivered.ts';
import type { Exchange, Outcome, Reply, UpstreamRequest } from './exchange.ts';
import { poisoned } from './faults/answer-faults.ts';
import { applyFault, compressed, finish, type Finished } from './faults/apply.ts';
import type { FaultContext } from './faults/definition.ts';
import { FaultEngine, type Firing } from './faults/engine.ts';
import { needMet } from './faults/needs.ts';
import { parseFault } from './faults/parse.ts';
import { make, type Made } from './kinds.ts';
import type { TruthRecord } from './ledger/entry.ts';
import { Ledger } from './ledger/ledger.ts';
import { Mutations } from './mutations.ts';
import { targetOf } from './oai/params.ts';
import type { UpstreamOptions } from './options.ts';
import { PageCache } from './page-cache.ts';
import type { Answer, Call } from './page.ts';
import { randomFrom, type Random } from './random.ts';
import { loginPage } from './text/pages.ts';
import { truthEntry, truthOf } from './truth.ts';
import type { Upstream } from './upstream-port.ts';
import { deliversWhole } from './wire.ts';

/** Builds a simulated upstream and writes the truth into its ledger. @throws UpstreamError for options that contradict the kind */
export function createUpstream(options: UpstreamOptions): Upstream {
  return new SimulatedUpstream(options);
}

/** What became of a request inside the core. */
interface Served extends Finished {
  readonly fault: string | undefined;
  /** The client may take it for a whole answer. */
  readonly delivers: boolean;
  readonly scopes: readonly string[];
}

/**
 * One request after the other: publish what is due, note the request, let the service answer, let a fault change
 * the answer, note what was delivered. State is the corpus, the armed faults and what was delivered; nothing else.
 */
class SimulatedUpstream implements Upstream {
  readonly kind: Upstream['kind'];
  readonly seed: number;
  readonly basePath: string;
  readonly ledger: Ledger;
  readonly #options: UpstreamOptions;
  readonly #made: Made;
  readonly #corpus: Corpus;
  readonly #mutations: Mutations;
  readonly #delivered = new Delivered();
  readonly #engine = new FaultEngine();
  readonly #random: Random;
  readonly #tokens = new Map<string, string[]>();
  readonly #cdn: Cdn | undefined;
  readonly #pages: PageCache | undefined;
  /** Records that are stamped anew after each page. */
  #restamped: number;
  #n = 0;
  #inFlight = 0;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.seed = options.seed ?? 1;
    this.#restamped = options.restamp ?? 0;
    this.#made = make(options, this.seed);
    this.#corpus = this.#made.corpus;
    this.basePath = this.#made.basePath;
    this.#random = randomFrom(this.seed, 71);
    this.#cdn = options.cdn === true ? new Cdn() : undefined;
    this.#pages = options.cachePages === true ? new PageCache() : undefined;
    this.ledger = new Ledger(options.sink);
    this.ledger.write(truthEntry(this.kind, this.seed, this.#corpus));
    this.#mutations = new Mutations(this.#corpus, this.ledger, options.now);
    for (const fault of options.faults ?? []) this.arm(fault);
    if ((options.publishLate ?? 0) > 0) this.hide(options.publishLate ?? 0);
  }

  handle(request: UpstreamRequest): Promise<Reply> {
    const { reply, end } = this.exchange(request);
    end();
    return Promise.resolve(reply);
  }

  exchange(request: UpstreamRequest): Exchange {
    const call = this.#arrive(request);
    const served = this.#serve(call, acceptsGzip(request) && this.#options.gzip !== false);
    const date = new Date(call.now).toUTCString();
    const reply = { ...served.reply, headers: { date, ...served.reply.headers } };
    let ended = false;
    return {
      n: call.n,
      reply,
      end: (outcome = {}) => {
        if (ended) throw new Error(`exchange ${call.n} has ended already`);
        ended = true;
        this.#end(call.n, served, outcome);
      },
    };
  }

  arm(fault: string): void {
    this.#engine.arm(parseFault(fault, this.kind));
  }

  disarm(name?: string): void {
    this.#engine.disarm(name);
  }

  pending(): readonly string[] {
    return this.#engine.pending();
  }

  restamp(what: number | readonly string[]): readonly string[] {
    if (typeof what !== 'number') return this.#mutations.restampIds(what);
    return this.#mutations.restamp(this.#delivered.sample(what, this.#random));
  }

  settle(): void {
    this.#restamped = 0;
  }

  newVersion(id: string): void {
    this.#mutations.revise(id, false);
  }

  withdraw(id: string): void {
    this.#mutations.revise(id, true);
  }

  remove(id: string): void {
    this.#mutations.remove(id);
  }

  publishInJournal(id: string): void {
    this.#mutations.journal(id);
  }

  addRecords(count: number): readonly string[] {
    this.purge();
    return this.#mutations.add(count);
  }

  hide(count: number, at?: number): readonly string[] {
    return this.#omit(this.#rowsAt(count, at));
  }

  unlist(count: number, at?: number): readonly string[] {
    return this.#mutations.unlist(this.#rowsAt(count, at));
  }

  publishHidden(): readonly string[] {
    return this.#mutations.publish();
  }

  poison(id: string, everywhere = false): void {
    this.#mutations.poisonId(id, everywhere);
  }

  cure(id: string): void {
    this.#mutations.cure(id);
  }

  purge(): void {
    this.#cdn?.purge();
  }

  truth(): Iterable<TruthRecord> {
    return truthOf(this.#corpus);
  }

  #arrive(request: UpstreamRequest): Call {
    const now = this.#options.now();
    const n = (this.#n += 1);
    this.#inFlight += 1;
    this.#mutations.publish(n, now);
    const { path: asked, pairs } = targetOf(request);
    const path = asked.startsWith('/moved/') ? asked.slice('/moved'.length) : asked;
    const params = Object.fromEntries(pairs);
    const verb = path === '/login' ? 'login' : this.#made.service.verb(path, params);
    const userAgent = request.headers['user-agent'] ?? '';
    this.ledger.write({
      type: 'request',
      n,
      at: now,
      method: request.method,
      url: request.url,
      verb,
      params,
      userAgent,
      concurrent: this.#inFlight,
    });
    // A POST carries its arguments in the form: the cache and the second look need them in the name.
    const form = new URLSearchParams(pairs.map(([key, value]) => [key, value])).toString();
    return { n, url: form === '' ? path : `${path}?${form}`, path, pairs, verb, params, now };
  }

  #serve(call: Call, gzip: boolean): Served {
    const kept = this.#fromPageCache(call, gzip) ?? this.#fromCdn(call, gzip);
    if (kept !== undefined) return this.#note(call, kept);
    const answer = call.verb === 'login' ? login : this.#made.service.answer(call);
    const scopes = this.#scopes(call, answer);
    const touched = answer.type === 'page' ? answer.page.rows : answer.rows;
    if (this.#mutations.isPoisoned(touched, answer.type === 'page'))
      return { ...finish(poisoned, false), fault: 'poison', delivers: false, scopes };
    const situation = {
      call,
      answer,
      previousRows: this.#delivered.previous.length,
      tokensGiven: this.#given(call).length,
    };
    const firing = this.#engine.choose(scopes, (definition) => needMet(definition, situation));
    const served =
      firing === undefined
        ? this.#right(call, answer, gzip, scopes)
        : this.#faulty(call, answer, gzip, scopes, firing);
    return this.#note(call, served);
  }

  #right(call: Call, answer: Answer, gzip: boolean, scopes: readonly string[]): Served {
    const plain = finish(answer, false);
    this.#cdn?.keep(call.url, answer.cache, plain.reply, plain.rows, call.now);
    const finished = gzip ? { ...plain, reply: compressed(plain.reply) } : plain;
    if (answer.type === 'page' && this.#cacheable)
      this.#pages?.keep(this.#cacheKey(call, gzip), { reply: finished.reply, rows: finished.rows, scopes });
    return { ...finished, fault: undefined, delivers: true, scopes };
  }

  #faulty(
    call: Call,
    answer: Answer,
    gzip: boolean,
    scopes: readonly string[],
    { definition, scope, page }: Firing,
  ): Served {
    this.ledger.write({ type: 'fault', at: call.now, name: definition.name, scope, n: call.n, page });
    const finished = applyFault(definition, answer, this.#context(call), gzip);
    return { ...finished, fault: definition.name, delivers: definition.delivers, scopes };
  }

  #context(call: Call): FaultContext {
    const {
      retryAfter = 1,
      slowMs = 2000,
      dripBytesPerSecond = 2000,
      hugeChars = 10_000_000,
    } = this.#options;
    const answer = (pageSize?: number): Answer => this.#made.service.answer(call, pageSize);
    return {
      call,
      kind: this.kind,
      corpus: this.#corpus,
      random: this.#random,
      previousRows: this.#delivered.previous,
      tokens: this.#given(call),
      settings: { retryAfter, slowMs, dripBytesPerSecond, hugeChars, pageSize: this.#made.pageSize },
      replan: answer,
      reject: (code, message) => this.#made.service.reject?.(call, code, message) ?? answer(),
      omit: (rows) => void this.#omit(rows),
      poison: (row, everywhere) => this.#mutations.poison(row, everywhere),
    };
  }

  /** What a served answer means for later ones. */
  #note(call: Call, served: Served): Served {
    if (!served.delivers || !deliversWhole(served.reply.wire)) return served;
    if (served.token !== undefined) this.#given(call).push(served.token);
    if (served.page) {
      if (served.rows.length > 0) this.#delivered.note(call.url, served.rows);
      this.#engine.served(served.scopes);
      if (this.#restamped > 0 && served.rows.length > 0) this.restamp(this.#restamped);
    } else if (!served.scopes.some(isList)) this.#engine.served(served.scopes);
    return served;
  }

  #scopes(call: Call, answer: Answer): readonly string[] {
    const second = answer.type === 'page' && this.#delivered.isSecondLook(call.url, answer.page.rows);
    return second ? [call.verb, 'any', 'second'] : [call.verb, 'any'];
  }

  #given(call: Call): string[] {
    const given = this.#tokens.get(call.verb) ?? [];
    this.#tokens.set(call.verb, given);
    if (call.params['resumptionToken'] === undefined) given.length = 0;
    return given;
  }

  #rowsAt(count: number, at: number | undefined): readonly number[] {
    const { list } = this.#corpus;
    const first = at ?? Math.floor((list.listed - count) / 2);
    const rows: number[] = [];
    for (let place = Math.max(0, first); place < Math.min(list.listed, first + count); place += 1)
      rows.push(list.at(place));
    return rows;
  }

  #omit(rows: readonly number[]): readonly string[] {
    const { publishAfterRequests = 20, publishAfterMs = Infinity } = this.#options;
    return this.#mutations.hide(rows, this.#n + publishAfterRequests, this.#options.now() + publishAfterMs);
  }

  get #cacheable(): boolean {
    return (
      this.#pages !== undefined && this.#engine.spent && !this.#mutations.anyPoison && this.#restamped === 0
    );
  }

  #cacheKey(call: Call, gzip: boolean): string {
    return `${this.#mutations.revision} ${Math.floor(call.now / 86_400_000)} ${gzip} ${call.url}`;
  }

  #fromPageCache(call: Call, gzip: boolean): Served | undefined {
    const page = this.#cacheable ? this.#pages?.find(this.#cacheKey(call, gzip)) : undefined;
    return page === undefined
      ? undefined
      : { ...page, token: undefined, page: true, fault: undefined, delivers: true };
  }

  /** Faults sit behind the cache: what it holds is served as it was. */
  #fromCdn(call: Call, gzip: boolean): Served | undefined {
    const hit = this.#cdn?.find(call.url, call.now);
    if (hit === undefined) return undefined;
    const reply = gzip ? compressed(hit.reply) : hit.reply;
    return {
      reply,
      rows: hit.rows,
      token: undefined,
      page: isList(call.verb) && hit.rows.length > 0,
      fault: undefined,
      delivers: true,
      scopes: [call.verb, 'any'],
    };
  }

  #end(n: number, served: Served, outcome: Outcome): void {
    this.#inFlight -= 1;
    const whole = deliversWhole(served.reply.wire);
    const aborted = outcome.aborted ?? !whole;
    const rows = served.delivers && !aborted ? served.rows : [];
    const ids =
      this.#options.ledgerIds === false || rows.length === 0
        ? {}
        : { served: rows.map((row) => this.#corpus.servedId(row)) };
    this.ledger.write({
      type: 'response',
      n,
      at: this.#options.now(),
      status: served.reply.status,
      bytes: outcome.bytes ?? (aborted ? 0 : served.reply.body.length),
      ids: rows.length,
      ...ids,
      ...(served.fault === undefined ? {} : { fault: served.fault }),
      ...(aborted ? { aborted: true as const } : {}),
    });
  }
}

const login: Answer = {
  type: 'text',
  status: 200,
  contentType: 'text/html',
  cache: 'none',
  rows: [],
  text: loginPage,
};

function isList(verb: string): boolean {
  return verb === 'ListRecords' || verb === 'ListIdentifiers' || verb === 'details';
}

function acceptsGzip(request: UpstreamRequest): boolean {
  return /\bgzip\b(?!;\s*q=0(\.0*)?(,|$))/.test(request.headers['accept-encoding'] ?? '');
}

import type { VirtualClock } from '../../src/clock/index.ts';
import { AuthExpiredError, NeedsHumanError } from '../../src/session/index.ts';
import type {
  AdapterContext,
  AuthState,
  Loss,
  LossReport,
  OpenContext,
  SessionAdapter,
} from '../../src/session/index.ts';
import type { Peer, View } from './peer.ts';
import type { Referee } from './referee.ts';
import type { Scenario } from './scenario.ts';

/** What is carried over. */
export interface Carried {
  readonly cookie: number;
}

type Fault = 'hang' | 'slow' | 'network' | 'odd' | 'dies' | 'permanent' | 'throttled';

const RARE: Readonly<Record<string, number>> = { reattach: 0.6, refresh: 0.8, 'view close': 0.3 };
const LOGIN_MS = { none: 0, login: 12_000, refresh: 7_000 };
/** Calls without a peer that could die in them. */
const NO_PEER: readonly string[] = ['open', 'view close', 'reattach'];

/** The world around a session: peers, a server that knows who is logged in, and faults by the dice. */
export class World {
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  readonly peers: Peer[] = [];
  readonly views: View[] = [];
  /** Faults that have fired, by name. */
  readonly fired = new Set<string>();
  storm = true;
  captcha = false;
  /** The login that the server knows; any other cookie is worth nothing. */
  #login = 1;
  #loginEndsAt = Infinity;
  #last: Peer | undefined;
  readonly #referee: () => Referee;

  constructor(scenario: Scenario, clock: VirtualClock, referee: () => Referee) {
    this.scenario = scenario;
    this.clock = clock;
    this.#referee = referee;
  }

  /** The peer that was opened last. */
  get peer(): Peer | undefined {
    return this.#last;
  }

  isLoggedIn(peer: Peer): boolean {
    if (this.scenario.auth === 'none') return true;
    return peer.cookie === this.#login && this.clock.now() < this.#loginEndsAt;
  }

  /** The server forgets the login. */
  expire(): void {
    this.#login += 1;
    this.fired.add('login expired');
  }

  /** A person logs in by hand. */
  logInByHand(): void {
    if (this.#last !== undefined) this.#logIn(this.#last);
  }

  adapter(): SessionAdapter<Peer, Carried, Peer | View> {
    const { scenario } = this;
    const base = {
      kind: 'model',
      open: (context: OpenContext<Carried>) => this.#open(context),
      close: (peer: Peer, context: { readonly force: boolean }) => this.#close(peer, context.force),
      watch: (peer: Peer, lost: (report: LossReport) => void) => this.#watch(peer, lost),
      probe: (peer: Peer) => this.#probe(peer),
      usage: async (peer: Peer) => {
        await this.#call('usage', peer);
        return { rssBytes: 1 };
      },
      snapshot: async (peer: Peer) => {
        await this.#call('snapshot', peer);
        return { cookie: peer.cookie };
      },
      replace: scenario.replace,
      ...(scenario.maxLeases === undefined ? {} : { maxLeases: scenario.maxLeases }),
      ...(scenario.reattach
        ? { reattach: (old: Peer, context: { readonly loss: Loss }) => this.#reattach(old, context.loss) }
        : {}),
      ...(scenario.auth === 'none' ? {} : { auth: this.#auth() }),
    };
    return scenario.views ? { ...base, view: this.#viewPort() } : base;
  }

  /** One call of a task through its lease. */
  async work(peer: Peer): Promise<void> {
    // The server judges what it was asked when it was asked; the answer may come long afterwards.
    const accepted = this.isLoggedIn(peer);
    await this.#call('work', peer);
    if (!accepted || !this.isLoggedIn(peer)) throw new AuthExpiredError();
  }

  async #open(context: OpenContext<Carried>): Promise<Peer> {
    const { signal } = context;
    this.#referee().opens(signal);
    try {
      await this.#call('open', undefined);
    } finally {
      this.#referee().opened(signal);
    }
    const peer: Peer = {
      id: this.peers.length + 1,
      generation: context.generation,
      alive: true,
      closed: false,
      closeAsked: false,
      forced: false,
      closeGivenUp: false,
      abandoned: signal.aborted,
      probed: false,
      frozenUntil: 0,
      cookie: context.restore?.cookie ?? 0,
      lost: () => {},
    };
    if (peer.abandoned) this.fired.add('open yields late');
    else this.#last = peer;
    this.peers.push(peer);
    return peer;
  }

  async #close(peer: Peer, force: boolean): Promise<void> {
    peer.closeAsked = true;
    if (force) peer.forced = true;
    const fault = this.#fault('close', ['hang', 'slow', 'odd']);
    // From here on the session may think that it cannot be closed.
    if (fault === 'hang' || fault === 'odd') peer.closeGivenUp = force || peer.closeGivenUp;
    await this.#suffer('close', fault, undefined);
    peer.alive = false;
    peer.closed = true;
  }

  #watch(peer: Peer, lost: (report: LossReport) => void): Disposable {
    peer.lost = lost;
    if (!peer.alive) lost({ cause: 'process-exit' });
    return { [Symbol.dispose]: () => {} };
  }

  async #probe(peer: Peer): Promise<void> {
    await this.#call('probe', peer);
    peer.probed = true;
  }

  async #reattach(old: Peer, loss: Loss): Promise<Peer | undefined> {
    if (loss.cause === 'process-exit') this.#referee().blame('reattached a process that has ended');
    if (old.closeAsked) this.#referee().blame('reattached what is being closed');
    await this.#call('reattach', undefined);
    if (!old.alive || old.closed) return undefined;
    this.fired.add('reattached');
    const peer: Peer = { ...old, id: this.peers.length + 1, generation: old.generation + 1, probed: false };
    // One peer behind two handles: the old one is no longer there to be closed.
    old.closed = old.closeAsked = true;
    this.peers.push(peer);
    this.#last = peer;
    return peer;
  }

  #auth(): NonNullable<SessionAdapter<Peer>['auth']> {
    const login = (peer: Peer, context: AdapterContext & { readonly reason: string }): Promise<void> =>
      this.#login_(peer, context);
    const check = async (peer: Peer): Promise<AuthState> => {
      await this.#call('check', peer);
      if (!this.isLoggedIn(peer)) return 'expired';
      return this.#loginEndsAt === Infinity ? 'ok' : { expiresAt: this.#loginEndsAt };
    };
    if (this.scenario.auth !== 'refresh') return { check, login };
    const refresh = async (peer: Peer): Promise<void> => {
      await this.#suffer('refresh', this.#fault('refresh', ['hang', 'odd']), peer);
      if (!this.isLoggedIn(peer)) return;
      this.fired.add('refreshed');
      this.#logIn(peer);
    };
    return { check, login, refresh };
  }

  async #login_(peer: Peer, context: AdapterContext & { readonly reason: string }): Promise<void> {
    const referee = this.#referee();
    const { signal, reason } = context;
    referee.logsIn(signal, this.isLoggedIn(peer), reason);
    let outcome: 'ok' | 'refused' | 'not-sent' | 'other' = 'other';
    try {
      const fault = this.#fault('login', ['hang', 'slow', 'network', 'odd', 'dies', 'throttled']);
      if (fault === 'network' || fault === 'throttled') outcome = 'not-sent';
      if (fault === 'odd') outcome = 'refused';
      await this.#suffer('login', fault, peer);
      if (this.captcha) {
        this.fired.add('a person is needed');
        throw new NeedsHumanError({ kind: 'captcha', message: 'Solve it.' });
      }
      if (signal.aborted) return;
      this.#logIn(peer);
      outcome = 'ok';
    } finally {
      referee.loggedIn(signal, outcome);
    }
  }

  #logIn(peer: Peer): void {
    this.#login += 1;
    peer.cookie = this.#login;
    this.#loginEndsAt = this.scenario.expires ? this.clock.now() + LOGIN_MS[this.scenario.auth] : Infinity;
  }

  #viewPort(): NonNullable<SessionAdapter<Peer, Carried, Peer | View>['view']> {
    return {
      open: async (peer) => {
        await this.#call('view', peer);
        const view: View = { peer, lost: () => {} };
        this.views.push(view);
        return view;
      },
      watch: (view, lost) => {
        if ('lost' in view && 'peer' in view) view.lost = lost;
        return { [Symbol.dispose]: () => {} };
      },
      close: () => this.#call('view close', undefined),
    };
  }

  /** A call that may go wrong, of a peer that may be dead or frozen. */
  async #call(name: string, peer: Peer | undefined): Promise<void> {
    await this.#suffer(
      name,
      this.#fault(name, ['hang', 'slow', 'network', 'odd', 'dies', 'permanent']),
      peer,
    );
    while (peer !== undefined && peer.frozenUntil > this.clock.monotonic()) {
      await this.clock.sleep(peer.frozenUntil - this.clock.monotonic());
    }
    if (peer !== undefined && (!peer.alive || peer.closed))
      throw new Error(`peer ${String(peer.id)} is dead`);
  }

  #fault(name: string, kinds: readonly [Fault, ...Fault[]]): Fault | undefined {
    const { dice, badness } = this.scenario;
    // What is called seldom goes wrong more often, so that each of its faults is tried.
    const share = badness > 0 ? (RARE[name] ?? badness) : 0;
    if (!this.storm || !dice.chance(share)) return undefined;
    const drawn = dice.pick(kinds);
    const fault = drawn === 'dies' && NO_PEER.includes(name) ? 'hang' : drawn;
    // One that another try cannot mend ends everything: it has to be rare.
    if (fault === 'permanent' && (name !== 'open' || !dice.chance(0.3))) return undefined;
    this.fired.add(`${name}: ${fault}`);
    return fault;
  }

  async #suffer(name: string, fault: Fault | undefined, peer: Peer | undefined): Promise<void> {
    const { dice } = this.scenario;
    switch (fault) {
      case 'hang':
        return new Promise<void>(() => {});
      case 'slow':
        // No close is slower than the session's patience with it, so that one that it gave up is one that hangs.
        return this.clock.sleep(dice.between(1_000, name === 'close' ? 9_000 : 14_000));
      case 'network':
        throw Object.assign(new Error(`${name} refused`), { code: 'ECONNREFUSED', syscall: 'connect' });
      case 'odd':
        throw new Error(`${name} says something odd`);
      case 'permanent':
        throw Object.assign(new Error('no such program'), { code: 'ERR_INVALID_URL' });
      case 'throttled': {
        const verdict = {
          category: 'rate-limit',
          scope: 'call',
          safeToReplay: 'yes',
          evidence: 'status',
          retryAfterMs: 3_000,
        };
        throw Object.assign(new Error('slow down'), { verdict });
      }
      case 'dies':
        if (peer !== undefined) this.kill(peer, true);
        return new Promise<void>(() => {});
      case undefined:
        if (dice.chance(0.3)) return this.clock.sleep(dice.between(1, 200));
    }
  }

  /** Ends a peer, with or without a signal. */
  kill(peer: Peer, tells: boolean): void {
    if (!peer.alive) return;
    peer.alive = false;
    if (tells) peer.lost({ cause: 'process-exit', exitSignal: 'SIGKILL' });
  }
}

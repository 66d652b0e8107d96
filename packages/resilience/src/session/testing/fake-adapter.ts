import type { Verdict } from '../../classify/verdict.ts';
import type { AuthState, Usage } from '../adapter.ts';
import type { AdapterContext, OpenContext, SessionAdapter } from '../adapter.ts';
import type { Loss, LossReport } from '../loss.ts';

/** A peer that tests can break in every way. */
export interface FakePeer {
  readonly id: number;
  readonly restore: unknown;
  alive: boolean;
  closed: boolean;
  lost: (report: LossReport) => void;
}

/** What lease holders get where the adapter has views. */
export interface FakeView {
  readonly peer: FakePeer;
  readonly id: number;
  closed: boolean;
  lost: (report: LossReport) => void;
}

/** Replaces what a call of the adapter does. */
export type Script<T> = (call: number, context: AdapterContext) => Promise<T> | T;

/** A promise that never settles, as a driver that hangs. */
export const hang = <T>(): Promise<T> => new Promise<T>(() => {});

/** An adapter whose calls are counted and can be scripted; does what it should by default. */
export class FakeAdapter implements SessionAdapter<FakePeer, { readonly from: number }> {
  readonly kind: string = 'fake';
  readonly calls: Record<string, number> = {};
  readonly log: string[] = [];
  readonly peers: FakePeer[] = [];
  readonly contexts: OpenContext<unknown>[] = [];
  readonly scripts: {
    open?: Script<void>;
    close?: Script<void>;
    probe?: Script<void>;
    snapshot?: Script<void>;
    usage?: Script<Usage>;
  } = {};
  maxLeases?: number;
  replace?: 'close-then-open' | 'open-then-close';
  reattach?: (
    old: FakePeer,
    context: AdapterContext & { readonly loss: Loss },
  ) => Promise<FakePeer | undefined>;
  auth?: FakeAuth;
  inDoubt?: () => boolean;
  inspect?: () => Verdict | undefined | Promise<Verdict | undefined>;
  classify?: (error: unknown) => Verdict | undefined;

  /** The newest peer. */
  get peer(): FakePeer {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error('nothing was opened');
    return peer;
  }

  count(name: string): number {
    return this.calls[name] ?? 0;
  }

  async open(context: OpenContext<{ readonly from: number }>): Promise<FakePeer> {
    this.contexts.push(context);
    const id = this.note('open');
    await this.scripts.open?.(id, context);
    const peer: FakePeer = { id, restore: context.restore, alive: true, closed: false, lost: () => {} };
    this.peers.push(peer);
    return peer;
  }

  async close(peer: FakePeer, context: AdapterContext & { readonly force: boolean }): Promise<void> {
    const call = this.note(context.force ? 'close-force' : 'close');
    await this.scripts.close?.(call, context);
    peer.alive = false;
    peer.closed = true;
  }

  watch(peer: FakePeer, lost: (report: LossReport) => void): Disposable {
    this.note('watch');
    peer.lost = lost;
    return { [Symbol.dispose]: () => void this.note('unwatch') };
  }

  async probe(peer: FakePeer, context: AdapterContext): Promise<void> {
    const call = this.note('probe');
    await this.scripts.probe?.(call, context);
    if (!peer.alive) throw new Error(`peer ${String(peer.id)} is dead`);
  }

  async usage(_peer: FakePeer, context: AdapterContext): Promise<Usage> {
    const call = this.note('usage');
    return (await this.scripts.usage?.(call, context)) ?? {};
  }

  async snapshot(peer: FakePeer, context: AdapterContext): Promise<{ readonly from: number }> {
    const call = this.note('snapshot');
    await this.scripts.snapshot?.(call, context);
    return { from: peer.id };
  }

  note(name: string): number {
    const count = this.count(name) + 1;
    this.calls[name] = count;
    this.log.push(name);
    return count;
  }
}

/** A login of a fake: whether it is good is decided by the test. */
export class FakeAuth {
  readonly #adapter: FakeAdapter;
  state: AuthState = 'expired';
  onLogin: Script<void> = () => {
    this.state = 'ok';
  };
  onCheck: Script<void> = () => {};
  refresh?: (peer: FakePeer, context: AdapterContext) => Promise<void>;

  constructor(adapter: FakeAdapter) {
    this.#adapter = adapter;
  }

  async check(_peer: FakePeer, context: AdapterContext): Promise<AuthState> {
    await this.onCheck(this.#adapter.note('check'), context);
    return this.state;
  }

  async login(_peer: FakePeer, context: AdapterContext): Promise<void> {
    await this.onLogin(this.#adapter.note('login'), context);
  }
}

/** The same peer, with a view for each lease. */
export class FakeViewAdapter implements SessionAdapter<FakePeer, { readonly from: number }, FakeView> {
  readonly kind = 'fake-with-views';
  readonly base: FakeAdapter = new FakeAdapter();
  readonly views: FakeView[] = [];
  openView: Script<void> = () => {};
  closeView: Script<void> = () => {};
  readonly maxLeases?: number;

  readonly view = {
    open: async (peer: FakePeer, context: AdapterContext): Promise<FakeView> => {
      const id = this.base.note('view-open');
      await this.openView(id, context);
      const view: FakeView = { peer, id, closed: false, lost: () => {} };
      this.views.push(view);
      return view;
    },
    watch: (view: FakeView, lost: (report: LossReport) => void): Disposable => {
      view.lost = lost;
      return { [Symbol.dispose]: () => void this.base.note('view-unwatch') };
    },
    close: async (view: FakeView, context: AdapterContext): Promise<void> => {
      await this.closeView(this.base.note('view-close'), context);
      view.closed = true;
    },
  };

  open(context: OpenContext<{ readonly from: number }>): Promise<FakePeer> {
    return this.base.open(context);
  }

  close(peer: FakePeer, context: AdapterContext & { readonly force: boolean }): Promise<void> {
    return this.base.close(peer, context);
  }

  watch(peer: FakePeer, lost: (report: LossReport) => void): Disposable {
    return this.base.watch(peer, lost);
  }

  probe(peer: FakePeer, context: AdapterContext): Promise<void> {
    return this.base.probe(peer, context);
  }
}

import type { Cast } from './cast.ts';

type Happening = () => void | Promise<void>;

/** What may happen in a storm besides calls that go wrong. */
export function happenings(cast: Cast): readonly [Happening, ...Happening[]] {
  return [() => {}, () => {}, () => {}, ...ofPeers(cast), ...ofPeople(cast), ...ofTime(cast)];
}

function ofPeers({ world, scenario, clock, session }: Cast): readonly Happening[] {
  const { dice } = scenario;
  const fired = (name: string): void => void world.fired.add(name);
  const alive = (): typeof world.peer =>
    world.peer?.alive === true && !world.peer.closed ? world.peer : undefined;
  return [
    () => {
      const peer = alive();
      if (peer === undefined) return;
      fired(session.state.kind === 'ready' ? 'killed while ready' : 'killed in between');
      world.kill(peer, true);
      if (dice.chance(0.5)) peer.lost({ cause: 'disconnected' });
    },
    () => {
      const peer = alive();
      if (peer === undefined) return;
      fired('died silently');
      world.kill(peer, false);
    },
    () => {
      const peer = alive();
      if (peer === undefined) return;
      fired('disconnected, alive');
      peer.lost({ cause: 'disconnected' });
    },
    () => {
      const peer = alive();
      if (peer === undefined) return;
      const ms = dice.between(100, 4_000);
      fired(ms > 2_000 ? 'frozen for long' : 'frozen for a moment');
      peer.frozenUntil = clock.monotonic() + ms;
    },
    () => {
      const old = world.peers.at(-2);
      if (old === undefined) return;
      fired('late signal of an old peer');
      old.lost({ cause: 'crash' });
    },
    () => {
      const view = world.views.at(-1);
      if (view === undefined) return;
      fired('view lost');
      view.lost({ cause: 'crash' });
    },
  ];
}

function ofPeople({ world, scenario, session, tasks }: Cast): readonly Happening[] {
  const { dice } = scenario;
  const fired = (name: string): void => void world.fired.add(name);
  const expire = (): void => {
    if (scenario.auth !== 'none') world.expire();
  };
  return [
    expire,
    expire,
    () => {
      if (scenario.auth === 'none') return;
      world.captcha = dice.chance(0.6);
      if (world.captcha) world.expire();
    },
    () => {
      if (session.state.kind !== 'needs-human') return;
      fired('a person resumes');
      world.captcha = false;
      if (dice.chance(0.5)) world.logInByHand();
      session.resume();
    },
    () => {
      if (session.state.kind === 'open-circuit') fired('resumed an open circuit');
      session.resume();
    },
    () => tasks.cancel(),
    () => tasks.cancel(),
    () => tasks.giveBack(),
    () => tasks.giveBack(),
    () => {
      fired('recycled');
      void session.recycle('somebody wants to');
    },
    () => {
      fired('checked');
      void session.check('somebody wants to know');
    },
  ];
}

function ofTime({ world, scenario, clock }: Cast): readonly Happening[] {
  const { dice } = scenario;
  return [
    () => {
      world.fired.add('slept');
      return clock.suspend(dice.between(1_000, 60_000));
    },
    () => {
      world.fired.add('stood still');
      return clock.pause(dice.between(2_000, 60_000));
    },
  ];
}

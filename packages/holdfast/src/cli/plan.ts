import { writeLine } from './io.ts';
import { makePlan } from './plan/make-plan.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Register } from './verb.ts';

/** `plan`: what `supervise` is to run, as JSON; a process of its own, so that the supervisor stays small. */
export const register: Register = (command, run) => {
  command.action(
    run(async ({ io, resolved }) => {
      const plan = makePlan(io, resolved(), { once: false, startedAt: io.clock.now(), logged: true });
      await writeLine(io.out, JSON.stringify(plan));
      return EXIT.ok;
    }),
  );
};

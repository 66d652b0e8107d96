import type { Category, Verdict } from '@holdfast/resilience';
import type { SessionEvent } from '@holdfast/resilience/session';
import { askHuman } from './ask-human.ts';
import { Ending } from './ending.ts';
import type { Progress } from './progress.ts';

/** What an event of the session may lead to. */
export interface TellTools {
  readonly progress: Progress;
  readonly ending: AbortController;
  readonly resume: () => void;
}

/** Tells a person what the session is going through, and asks for help when it needs some. */
export function tellSession(event: SessionEvent, { progress, ending, resume }: TellTools): void {
  if (event.type === 'wait') progress.sayOnce(waitLine(event.verdict));
  const line = lineOf(event);
  if (line !== undefined) progress.say(line);
  if (event.type !== 'state' || event.to.kind !== 'needs-human') return;
  void askHuman(event.to.request, ending.signal).then((answer) => {
    if (answer === 'done') resume();
    else ending.abort(new Ending('it needs a person; start again when that is done', 4));
  });
}

/** Why nothing happens for a while. */
export function waitLine({ category }: Verdict): string {
  return `${reasons[category] ?? `that failed (${category})`}; trying again`;
}

const reasons: Partial<Record<Category, string>> = {
  network: 'the portal does not answer well',
  dns: 'the name of the portal is not known',
  timeout: 'the portal takes too long',
  'rate-limit': 'the portal asks for patience',
};

function lineOf(event: SessionEvent): string | undefined {
  switch (event.type) {
    case 'lost':
      return `the browser is lost (${event.loss.cause}); starting another`;
    case 'view-lost':
      return `a page is lost (${event.report.cause}); opening another`;
    case 'opened':
      return event.generation > 1 ? `going on after ${(event.durationMs / 1000).toFixed(1)} s` : undefined;
    case 'login':
      return event.outcome === 'ok' ? 'logged in' : undefined;
    case 'wait':
    case 'state':
    case 'open-failed':
    case 'probe':
    case 'snapshot':
    case 'close-failed':
      return undefined;
  }
}

import type { Answer, Call } from '../page.ts';
import type { FaultDefinition } from './definition.ts';

/** What is known about a request when a fault is chosen. */
export interface Situation {
  readonly call: Call;
  readonly answer: Answer;
  readonly previousRows: number;
  readonly tokensGiven: number;
}

/** True when the request has what the fault needs. */
export function needMet(definition: FaultDefinition, situation: Situation): boolean {
  const { call, answer } = situation;
  // What works on pages has nothing to work on elsewhere; damage to text needs rows but no page.
  if (definition.effect.layer === 'page' && answer.type !== 'page') return false;
  const rows = answer.type === 'page' ? answer.page.rows.length : answer.rows.length;
  const next = answer.type === 'page' && answer.page.token.kind === 'next';
  switch (definition.needs) {
    case 'anything':
      return true;
    case 'rows':
      return rows > 0 && (definition.effect.layer !== 'answer' || answer.type === 'page');
    case 'two-rows':
      return rows > 1 && answer.type === 'page';
    case 'continuation':
      return continues(call);
    case 'next-token':
      return next;
    case 'middle':
      return next && continues(call);
    case 'two-tokens':
      return next && continues(call) && situation.tokensGiven >= 2;
    case 'previous':
      return rows > 0 && situation.previousRows > 0;
    case 'category':
      return call.params['category'] !== undefined && rows > 0;
    case 'until':
      return call.params['until'] !== undefined;
  }
}

function continues(call: Call): boolean {
  return call.params['resumptionToken'] !== undefined;
}

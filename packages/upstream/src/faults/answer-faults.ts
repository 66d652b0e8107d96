import type { Answer, PagePlan } from '../page.ts';
import { json, oai, everywhere, type FaultContext, type FaultDefinition, type Need } from './definition.ts';
import type { Kind } from '../kind.ts';

/** Other answers of the service itself: errors in its own form, shorter pages, changes of the list behind them. */
export const answerFaults: readonly FaultDefinition[] = [
  rejecting(
    'expired-token',
    'badResumptionToken: the token has expired.',
    'continuation',
    'badResumptionToken',
    'The resumptionToken has expired.',
  ),
  rejecting(
    'bad-resumption-token',
    'badResumptionToken: the token cannot be decoded.',
    'continuation',
    'badResumptionToken',
    'Token decoding failed or format is invalid.',
  ),
  rejecting(
    'bad-argument-token',
    'badArgument in answer to a token, as arXiv gives for damaged ones.',
    'continuation',
    'badArgument',
    'Illegal arguments. Reason: invalid parameters in resumptionToken',
  ),
  rejecting(
    'no-records-match-mid-list',
    'noRecordsMatch in answer to a token.',
    'continuation',
    'noRecordsMatch',
    'No records match',
  ),
  rejecting(
    'no-records-match',
    'noRecordsMatch although there are records.',
    'rows',
    'noRecordsMatch',
    'No records match',
  ),
  rejecting(
    'until-too-late',
    "badArgument as if the server's clock were a day behind.",
    'until',
    'badArgument',
    'Illegal arguments. Reason: until date too late',
  ),
  rejecting(
    'from-after-until',
    'badArgument as if our clock were ahead.',
    'anything',
    'badArgument',
    'Illegal arguments. Reason: until date must be greater than or equal to from date',
  ),
  answer('no-posts-found', '`no posts found` although there are rows.', json, 'rows', false, () =>
    text({ messages: [{ status: 'no posts found' }], collection: [] }),
  ),
  answer(
    'zero-total',
    'Status ok, total 0 as a number, no rows, although there are rows.',
    json,
    'rows',
    false,
    () => text({ messages: [{ status: 'ok', total: 0 }], collection: [] }),
  ),
  answer(
    'server-not-recognized',
    'The server name is not recognized although it is right.',
    json,
    'anything',
    false,
    () => text({ messages: [{ status: 'Server not recognized' }] }),
  ),
  answer(
    'short-page',
    'Half as many rows as usual, and the list goes on behind them.',
    everywhere,
    'two-rows',
    true,
    (context) => context.replan(Math.max(1, Math.floor(pageRows(context) / 2))),
  ),
  answer(
    'one-record',
    'A page of one record (of eight identifiers for arXiv), and the list goes on behind it.',
    everywhere,
    'two-rows',
    true,
    (context) => context.replan(1),
  ),
  answer(
    'omitted-range',
    'A range of rows of this page is missing from every list, and is published later with its old datestamps.',
    everywhere,
    'two-rows',
    true,
    omit,
  ),
  answer(
    'poison-page',
    'From now on every list page with the middle record of this page answers 500.',
    everywhere,
    'rows',
    false,
    (context) => poison(context, false),
  ),
  answer(
    'poison-record',
    'Like poison-page, and GetRecord or the DOI look-up of that record answers 500 too.',
    everywhere,
    'rows',
    false,
    (context) => poison(context, true),
  ),
];

function answer(
  name: string,
  about: string,
  kinds: readonly Kind[],
  needs: Need,
  delivers: boolean,
  make: (context: FaultContext) => Answer,
): FaultDefinition {
  return { name, about, kinds, needs, delivers, effect: { layer: 'answer', make } };
}

function rejecting(name: string, about: string, needs: Need, code: string, message: string): FaultDefinition {
  return answer(name, about, oai, needs, false, (context) => context.reject(code, message));
}

function text(value: unknown): Answer {
  return {
    type: 'text',
    status: 200,
    contentType: 'application/json;charset=utf-8',
    cache: 'none',
    rows: [],
    text: JSON.stringify(value),
  };
}

function pageOf(context: FaultContext): PagePlan {
  const right = context.replan();
  if (right.type !== 'page') throw new Error('a fault that needs rows met an answer without a page');
  return right.page;
}

/** Rows that this page would have, by the measure of `replan`. */
function pageRows(context: FaultContext): number {
  const rows = pageOf(context).rows.length;
  return context.kind === 'arxiv' && context.call.verb === 'ListIdentifiers' ? Math.ceil(rows / 8) : rows;
}

function omit(context: FaultContext): Answer {
  const { rows } = pageOf(context);
  const count = Math.max(1, Math.floor(rows.length / 10));
  const first = Math.floor((rows.length - count) / 2);
  context.omit(rows.slice(first, first + count));
  return context.replan();
}

function poison(context: FaultContext, everywhereToo: boolean): Answer {
  const { rows } = pageOf(context);
  const row = rows[Math.floor(rows.length / 2)];
  if (row === undefined) throw new Error('a fault that needs rows met an empty page');
  context.poison(row, everywhereToo);
  return poisoned;
}

/** The answer to a request that touches a poisoned record. */
export const poisoned: Answer = {
  type: 'text',
  status: 500,
  contentType: 'text/html',
  cache: 'none',
  rows: [],
  text: '<!DOCTYPE html>\n<html><head><title>500 Internal Server Error</title></head><body><h1>Internal Server Error</h1></body></html>\n',
};

import { daySeconds, dayOf } from '../days.ts';
import type { Kind } from '../kind.ts';
import type { PagePlan } from '../page.ts';
import { everywhere, json, oai, type FaultContext, type FaultDefinition, type Need } from './definition.ts';

/** Pages that are well-formed and wrong: rows, tokens and totals. */
export const pageFaults: readonly FaultDefinition[] = [
  page(
    'empty-page-with-empty-token',
    'No rows and the mark of the end, in the middle of the list.',
    oai,
    'rows',
    (plan) => ({ ...plan, rows: [], token: { kind: 'empty', attributes: {} } }),
  ),
  page('empty-page', 'Status ok and no rows, in the middle of the list.', json, 'rows', (plan) => ({
    ...plan,
    rows: [],
  })),
  page('same-token', 'The next token is the one that asked for this page.', oai, 'middle', (plan, context) =>
    token(plan, context.call.params['resumptionToken'] ?? ''),
  ),
  page(
    'token-loop-aba',
    'The next token is the one that led to the page before this one.',
    oai,
    'two-tokens',
    (plan, context) => token(plan, context.tokens.at(-2) ?? ''),
  ),
  page('missing-token', 'The list goes on, but there is no token element.', oai, 'next-token', (plan) => ({
    ...plan,
    token: { kind: 'absent' },
  })),
  page('empty-token', 'The list goes on, but the token is empty.', oai, 'next-token', (plan) => ({
    ...plan,
    token: { kind: 'empty', attributes: {} },
  })),
  page(
    'empty-token-with-attributes',
    'The list goes on, but the token is empty and has attributes.',
    oai,
    'next-token',
    (plan) => ({
      ...plan,
      token: { kind: 'empty', attributes: { completeListSize: String(plan.total), cursor: '0' } },
    }),
  ),
  page('null-token', 'The token is the text `null`.', oai, 'next-token', (plan) => token(plan, 'null')),
  page(
    'token-with-attributes',
    'The right token, with a cursor that counts pages and a size that is an estimate.',
    oai,
    'next-token',
    (plan, { tokens }) => ({
      ...plan,
      token:
        plan.token.kind === 'next'
          ? { ...plan.token, attributes: { cursor: String(tokens.length), completeListSize: '100000' } }
          : plan.token,
    }),
  ),
  page(
    'duplicate-page',
    'The rows of the page served before come again, before the rows of this page.',
    everywhere,
    'previous',
    (plan, { previousRows }) => ({
      ...plan,
      rows: [...previousRows, ...plan.rows],
    }),
  ),
  page('shuffled-page', 'The rows are in no order.', everywhere, 'two-rows', (plan, { random }) => ({
    ...plan,
    rows: shuffled(plan.rows, (limit) => random.below(limit)),
  })),
  page(
    'stale-batch',
    "The rows of the newest day are missing and the list ends, with a fresh date: yesterday's answer.",
    everywhere,
    'rows',
    stale,
  ),
  page(
    'lying-complete-list-size',
    'completeListSize is wrong by a sixth.',
    ['oai-pmh'],
    'next-token',
    (plan) => ({
      ...plan,
      token:
        plan.token.kind === 'absent'
          ? plan.token
          : {
              ...plan.token,
              attributes: {
                ...plan.token.attributes,
                completeListSize: String(Math.ceil((plan.total * 7) / 6) + 1),
              },
            },
    }),
  ),
  page(
    'one-fewer-than-announced',
    'One row of the page is left out; the announced size counts it.',
    everywhere,
    'two-rows',
    (plan) => ({
      ...plan,
      rows: plan.rows.filter((_, i) => i !== Math.floor(plan.rows.length / 2)),
    }),
  ),
  page('inflated-total', 'The total is larger than the list.', json, 'rows', (plan) => ({
    ...plan,
    total: plan.total + 31,
  })),
  page(
    'category-echo',
    'A known category is asked for, the whole server is returned, and the echo says `all`.',
    json,
    'category',
    (plan, { corpus }) => ({
      ...plan,
      category: 'all',
      rows: Array.from({ length: Math.min(plan.rows.length, corpus.list.listed) }, (_, place) =>
        corpus.list.at(place),
      ),
      total: corpus.list.listed,
    }),
  ),
];

function page(
  name: string,
  about: string,
  kinds: readonly Kind[],
  needs: Need,
  change: (plan: PagePlan, context: FaultContext) => PagePlan,
): FaultDefinition {
  return { name, about, kinds, needs, delivers: true, effect: { layer: 'page', change } };
}

function token(plan: PagePlan, text: string): PagePlan {
  const attributes = plan.token.kind === 'absent' ? {} : plan.token.attributes;
  return { ...plan, token: { kind: 'next', text, attributes } };
}

function stale(plan: PagePlan, { corpus }: FaultContext): PagePlan {
  const newest = dayOf(Math.max(...plan.rows.map((row) => corpus.list.second(row)))) * daySeconds;
  const token = plan.token.kind === 'next' ? { kind: 'empty' as const, attributes: {} } : plan.token;
  return { ...plan, rows: plan.rows.filter((row) => corpus.list.second(row) < newest), token };
}

function shuffled(rows: readonly number[], below: (limit: number) => number): number[] {
  const result = [...rows];
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = below(i + 1);
    const held = result[i] ?? 0;
    result[i] = result[j] ?? 0;
    result[j] = held;
  }
  return result;
}

/** Walks the pages of matches and stores every match, with the page in the same transaction: none twice, none lost. */
import { operation } from '@holdfast/resilience/operation';
import { countMatchPages, readMatches } from './shared/match-pages.ts';
import { runExample } from './shared/run-example.ts';
import { saveMatches } from './shared/tables.ts';
import { upTo } from './shared/up-to.ts';

await runExample(
  {
    name: 'gather-matches',
    about: 'Walks the pages of matches and stores every match.',
    items: 'pages',
    limit: 'max-pages',
  },
  ({ options, goal, tables }) => ({
    run: () =>
      operation('gather-matches', options, async (op) => {
        const pages = await op.step('count pages', countMatchPages);
        await goal(pages);
        await op.each('page', upTo(pages), { id: String }, async (page, item) => {
          const matches = await item.step('read', (lease) => readMatches(lease, page));
          await item.commit('save', (tx) => saveMatches(tx, matches));
        });
      }),
    summary: () => `${tables.count('matches')} matches are stored.`,
  }),
);

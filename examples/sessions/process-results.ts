/** Looks at every gathered match once more, rates it with the letters and messages, and sums everything up. */
import { operation } from '@holdfast/resilience/operation';
import { readProfile } from './shared/match-pages.ts';
import { saveResult, saveSummary } from './shared/result-tables.ts';
import { summaryTable } from './shared/summary-table.ts';
import { runExample } from './shared/run-example.ts';

await runExample(
  {
    name: 'process-results',
    about: 'Rates every gathered match and sums everything up.',
    items: 'matches',
    limit: 'max-matches',
    needs: 'matches',
  },
  ({ options, goal, tables }) => ({
    run: () =>
      operation('process-results', options, async (op) => {
        const ids = await op.step('list', async () => tables.matches().map((match) => match.id));
        await goal(ids.length);
        await op.each('match', ids, { id: String }, async (id, item) => {
          const profile = await item.step('read', (lease) => readProfile(lease, id));
          await item.commit('rate', (tx) => saveResult(tx, profile));
        });
        await op.commit('sum up', saveSummary);
      }),
    summary: () => summaryTable(tables),
  }),
);

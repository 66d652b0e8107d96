/** Stores every message of the inbox, then marks it as read on the portal. */
import { operation } from '@holdfast/resilience/operation';
import { isRead, listInbox, markRead, readLetter } from './shared/inbox-pages.ts';
import { runExample } from './shared/run-example.ts';
import { saveLetter } from './shared/tables.ts';

await runExample(
  {
    name: 'process-inbox',
    about: 'Stores every message of the inbox and marks it as read.',
    items: 'messages',
    limit: 'max-inbox',
  },
  ({ options, goal, tables }) => ({
    run: () =>
      operation('process-inbox', options, async (op) => {
        const ids = await op.step('list', listInbox);
        await goal(ids.length);
        await op.each('message', ids, { id: String }, async (id, item) => {
          const letter = await item.step('read', (lease) => readLetter(lease, id));
          await item.commit('save', (tx) => saveLetter(tx, letter));
          await item.effect('mark as read', (lease) => markRead(lease, id), {
            verify: (lease) => isRead(lease, id),
          });
        });
      }),
    summary: () => `${tables.count('letters')} messages of the inbox are stored.`,
  }),
);

/** Writes to every gathered match that has no message yet: once, or it says that it cannot tell. */
import { operation } from '@holdfast/resilience/operation';
import { writeMessage } from './shared/message-text.ts';
import { runExample } from './shared/run-example.ts';
import { listSent, sendMessage, wasSent } from './shared/sent-pages.ts';
import { saveMessage } from './shared/tables.ts';

await runExample(
  {
    name: 'send-messages',
    about: 'Writes to every gathered match that has no message yet.',
    items: 'messages',
    limit: 'max-messages',
    needs: 'matches',
  },
  ({ options, goal, tables }) => ({
    run: () =>
      operation('send-messages', options, async (op) => {
        const messages = await op.step('list', async (lease) => {
          const written = new Set(await listSent(lease));
          return tables
            .matches()
            .filter((match) => !written.has(match.id))
            .map(writeMessage);
        });
        await goal(messages.length);
        await op.each('message', messages, { id: (message) => message.to }, async (message, item) => {
          const sent = await item.effect('send', (lease) => sendMessage(lease, message), {
            verify: (lease) => wasSent(lease, message),
          });
          if (sent.outcome === 'done') await item.commit('save', (tx) => saveMessage(tx, message));
        });
      }),
    summary: () => `${tables.count('messages')} messages are sent.`,
  }),
);

/** A simulated arXiv in a process of its own, so that its memory is not the engine's. Its clock is told with each request. */
import { createUpstream } from '@holdfast/upstream';
import type { Upstream } from '@holdfast/upstream';
import type { Question, Reply } from './messages.ts';

const state: { now: number; upstream: Upstream | null; truth: readonly (readonly [string, string])[] } = {
  now: 0,
  upstream: null,
  truth: [],
};

async function answer(question: Question): Promise<unknown> {
  if ('now' in question) state.now = question.now;
  if (question.do === 'create') {
    state.upstream = createUpstream({ ...question.options, now: () => state.now });
    return null;
  }
  const { upstream } = state;
  if (upstream === null) throw new Error('there is no upstream yet');
  switch (question.do) {
    case 'handle': {
      const { url, headers } = question;
      const { status, headers: sent, body } = await upstream.handle({ method: 'GET', url, headers });
      return { status, headers: sent, body };
    }
    case 'publish-hidden':
      return upstream.publishHidden();
    case 'sort-truth':
      state.truth = [...upstream.truth()]
        .map(({ id, datestamp }) => [id, datestamp] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      return state.truth.length;
    case 'truth':
      return state.truth.slice(question.from, question.from + question.count);
  }
}

process.on('message', (question: Question) => {
  void answer(question).then(
    (value) => reply({ id: question.id, value }),
    (error: unknown) => reply({ id: question.id, error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

function reply(message: Reply): void {
  process.send?.(message);
}

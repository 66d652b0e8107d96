import { gzipSync } from 'node:zlib';
import type { Reply } from '../exchange.ts';
import type { Answer } from '../page.ts';
import type { FaultContext, FaultDefinition } from './definition.ts';

/** An answer ready for the transport. */
export interface Finished {
  readonly reply: Reply;
  /** Rows in the body. */
  readonly rows: readonly number[];
  /** The token that the page gave, if any. */
  readonly token: string | undefined;
  /** The answer is a list page. */
  readonly page: boolean;
}

/** Prints an answer without any fault. @param gzip the client accepts it */
export function finish(
  answer: Answer,
  gzip: boolean,
  change: (text: string) => string = (text) => text,
): Finished {
  const rows = answer.type === 'page' ? answer.page.rows : answer.rows;
  const text = change(answer.type === 'page' ? answer.print(answer.page) : answer.text);
  const status = answer.type === 'page' ? 200 : answer.status;
  const token =
    answer.type === 'page' && answer.page.token.kind === 'next' ? answer.page.token.text : undefined;
  const plain: Reply = { status, headers: { 'content-type': answer.contentType }, body: Buffer.from(text) };
  return { reply: gzip ? compressed(plain) : plain, rows, token, page: answer.type === 'page' };
}

/** Compresses, quickly rather than well; small bodies stay as they are. */
export function compressed(reply: Reply): Reply {
  if (reply.body.length < 256) return reply;
  return {
    ...reply,
    headers: { ...reply.headers, 'content-encoding': 'gzip', vary: 'accept-encoding' },
    body: gzipSync(reply.body, { level: 1 }),
  };
}

/** Makes the faulty answer. */
export function applyFault(
  definition: FaultDefinition,
  answer: Answer,
  context: FaultContext,
  gzip: boolean,
): Finished {
  const { effect } = definition;
  switch (effect.layer) {
    case 'reply':
      return { reply: effect.make(context), rows: [], token: undefined, page: false };
    case 'answer':
      return finish(effect.make(context), gzip);
    case 'page':
      if (answer.type !== 'page') throw new Error(`fault ${definition.name} met an answer without a page`);
      return finish({ ...answer, page: effect.change(answer.page, context) }, gzip);
    case 'text':
      return finish(answer, gzip, (text) => effect.change(text, context));
    case 'plain': {
      const right = finish(answer, false);
      return { ...right, reply: effect.change(right.reply, context) };
    }
    case 'wire': {
      const right = finish(answer, gzip);
      return { ...right, reply: { ...right.reply, wire: effect.wire(right.reply.body.length, context) } };
    }
  }
}

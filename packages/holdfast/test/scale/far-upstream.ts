import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Question, Reply, Served } from './upstream/messages.ts';

type Asked = Question extends infer Each ? (Each extends Question ? Omit<Each, 'id'> : never) : never;

/** The process of the simulated upstream; `pending` tells whether an answer is on its way. */
export class FarUpstream {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #next = 0;

  constructor() {
    this.#child = fork(new URL('upstream/main.ts', import.meta.url), {
      execArgv: ['--conditions=@holdfast/source', '--max-old-space-size=6000'],
      serialization: 'advanced',
    });
    this.#child.on('message', (reply: Reply) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    this.#child.once('exit', () => {
      for (const [id, settle] of this.#waiting) settle({ id, error: 'the upstream has ended' });
    });
  }

  /** Answers that are on their way. */
  get pending(): number {
    return this.#waiting.size;
  }

  async ask<Value>(question: Asked): Promise<Value> {
    const id = (this.#next += 1);
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ ...question, id });
    });
    if ('error' in reply) throw new Error(reply.error);
    return reply.value as Value;
  }

  handle(url: string, headers: Readonly<Record<string, string>>, now: number): Promise<Served> {
    return this.ask({ do: 'handle', url, headers, now });
  }

  end(): void {
    this.#child.disconnect();
  }
}

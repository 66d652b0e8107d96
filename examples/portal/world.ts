import { seededCorpus } from './corpus.ts';
import type { Corpus, InboxMessage, Match } from './corpus.ts';
import { Faults } from './faults.ts';
import { PortalLedger } from './portal-ledger.ts';
import type { PortalEntry } from './portal-ledger.ts';
import type { PortalSettings } from './portal-options.ts';
import { Sessions } from './sessions.ts';
import { Tokens } from './tokens.ts';

/** A message that was sent. */
export interface SentMessage {
  readonly to: string;
  readonly reference: string;
  readonly body: string;
  readonly at: number;
}

/** Everything that a portal knows. Nothing is removed as a duplicate: a message that is sent twice is there twice. */
export class World {
  readonly settings: PortalSettings;
  readonly ledger: PortalLedger;
  readonly corpus: Corpus;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly faults = new Faults();
  readonly #sent: SentMessage[] = [];
  readonly #read = new Set<string>();
  readonly #archived = new Set<string>();

  constructor(settings: PortalSettings) {
    this.settings = settings;
    this.corpus = seededCorpus(settings.seed, settings);
    this.ledger = new PortalLedger(settings.now, settings.ledger);
    this.sessions = new Sessions('s', settings.sessionTtlMs, settings.now);
    this.tokens = new Tokens(settings.tokenTtlMs, settings.now);
    for (const entry of this.ledger.entries) this.#apply(entry);
  }

  /** Messages that were sent, the newest first. */
  get sent(): readonly SentMessage[] {
    return this.#sent.toReversed();
  }

  /** What is in the inbox and not archived. */
  get inbox(): readonly InboxMessage[] {
    return this.corpus.inbox.filter((message) => !this.#archived.has(message.id));
  }

  match(id: string): Match | undefined {
    return this.corpus.matches.find((each) => each.id === id);
  }

  message(id: string): InboxMessage | undefined {
    return this.corpus.inbox.find((each) => each.id === id);
  }

  isRead(id: string): boolean {
    return this.#read.has(id);
  }

  send(message: Omit<SentMessage, 'at'>, request: number, session: string): void {
    this.#apply(this.ledger.add('message', { request, session, ...message }));
  }

  read(id: string, request: number, session: string): void {
    this.#apply(this.ledger.add('read', { request, session, id }));
  }

  archive(id: string, request: number, session: string): void {
    this.#apply(this.ledger.add('archive', { request, session, id }));
  }

  #apply(entry: PortalEntry): void {
    const text = (key: string): string => String(entry[key] ?? '');
    if (entry.kind === 'read') this.#read.add(text('id'));
    if (entry.kind === 'archive') this.#archived.add(text('id'));
    if (entry.kind === 'message') {
      this.#sent.push({ to: text('to'), reference: text('reference'), body: text('body'), at: entry.at });
    }
  }
}

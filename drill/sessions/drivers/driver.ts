import type { ProcessIdentity } from '@holdfast/resilience/process';
import type { ProcessRecords, SessionPolicy, SupervisedSession } from '@holdfast/resilience/session';

/** What a drill does in a page, whatever drives it. */
export interface Page {
  goto(url: string): Promise<void>;
  /** The address that the page shows. */
  url(): Promise<string>;
  /** Runs an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Texts of the elements that fit a selector. */
  texts(selector: string): Promise<string[]>;
  /** Sets the fields of the page's form by name and sends it; resolves when the next page is there. */
  submit(fields: Readonly<Record<string, string>>): Promise<void>;
  /** The page as others than its driver reach it; asked for before the driver is busy. */
  fromOutside(): Promise<Outside>;
}

/** A page as somebody at the screen has it: no matter what its driver is waiting for. */
export interface Outside {
  close(): Promise<void>;
  /** Runs an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
}

/** The processes behind a session at this moment. */
export interface Processes {
  readonly browser: ProcessIdentity;
  readonly renderers: readonly number[];
  /** The server between program and browser, where there is one. */
  readonly driver: ProcessIdentity | null;
}

/** A supervised session whose leases all look alike. */
export interface DrivenSession {
  readonly session: SupervisedSession<unknown>;
  /** The page of a lease. */
  page(view: unknown): Page;
  /** Null while nothing is open. */
  processes(): Processes | null;
  readonly opened: Opened;
}

/** How often the adapter was asked to open a resource, and how often at the same time. */
export interface Opened {
  readonly calls: number;
  readonly together: number;
}

/** How a session is made for a drill. */
export interface DriveOptions {
  /** Address of the portal. */
  readonly portal: string;
  readonly policy: SessionPolicy;
  readonly processes: ProcessRecords;
  /** Told before it is looked whether somebody is logged in, with the page that looks. */
  readonly onCheck?: (page: Page) => Promise<void>;
  /** Told when a login begins, with its page, so that a fault can strike. */
  readonly onLogin?: (page: Page) => Promise<void>;
  /** Told when a snapshot begins. */
  readonly onSnapshot?: () => Promise<void>;
}

/** One of the drivers that the drill covers. */
export interface Driver {
  readonly name: 'playwright' | 'puppeteer' | 'selenium';
  open(options: DriveOptions): DrivenSession;
}

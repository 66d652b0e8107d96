import { WebDriver, error } from 'selenium-webdriver';
import type { Session } from 'selenium-webdriver';

/** Commands that load a page. */
const NAVIGATIONS: readonly string[] = ['get', 'refresh', 'goBack', 'goForward'];

/** Commands that run a script of the caller. */
const SCRIPTS: readonly string[] = ['executeScript', 'executeAsyncScript'];

/** What the browser itself is asked after commands whose answers cannot be trusted. */
export interface WindowChecks {
  /** The `net::ERR_*` that the window shows: the server says of many navigations that they are done although they failed. */
  failure(): Promise<string | undefined>;
  /** Whether the window is gone: the server says of a script that is cut off by that that it returned nothing. */
  gone(): Promise<boolean>;
}

const NO_CHECKS: WindowChecks = {
  failure: () => Promise.resolve(undefined),
  gone: () => Promise.resolve(false),
};

/** What the driver hands to an executor; its types keep it to themselves. */
interface Command {
  getName(): string;
  getParameter(name: string): unknown;
}

/** What sends a command to the server. */
export interface CommandExecutor {
  execute(command: object): Promise<unknown>;
}

/** A window of the browser with a WebDriver of its own. */
export interface Window {
  readonly driver: WebDriver;
  /** The windows that were opened through `driver`, the first being the one it was made for. */
  readonly handles: readonly string[];
  /** Lets no further command through, whoever still holds the driver. */
  fence(): void;
}

/**
 * One WebDriver session for several windows. A session has one current window, and its server works on one command at
 * a time: commands wait for their turn here, and each finds its own window to be the current one.
 */
export class Windows {
  /** For commands of the session itself. */
  readonly #raw: WebDriver;
  readonly #session: Session;
  readonly #executor: CommandExecutor;
  #current: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #running = new Set<WindowExecutor>();

  constructor(session: Session, executor: CommandExecutor) {
    this.#session = session;
    this.#executor = executor;
    this.#raw = new WebDriver(session, executor);
  }

  /** A WebDriver on the window with this handle. */
  on(handle: string, checks: WindowChecks = NO_CHECKS): Window {
    const executor = new WindowExecutor(handle, {
      execute: (window, command) => this.#execute(window, command, checks),
    });
    return {
      driver: new WebDriver(this.#session, executor),
      handles: executor.handles,
      fence: () => executor.fence(),
    };
  }

  /** Whether the server works on a command now. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves when no command runs whose window was given up: until then the server can do nothing else. */
  async unstuck(): Promise<void> {
    while ([...this.#running].some((window) => window.fenced)) await this.#turn;
  }

  /** A round trip to the server and its browser. */
  async handles(): Promise<readonly string[]> {
    return await this.#inTurn(() => this.#raw.getAllWindowHandles());
  }

  async #execute(window: WindowExecutor, command: Command, checks: WindowChecks): Promise<unknown> {
    return await this.#inTurn(async () => {
      window.check();
      this.#running.add(window);
      try {
        if (this.#current !== window.handle) await this.#raw.switchTo().window(window.handle);
        this.#current = window.handle;
        const sent = this.#executor.execute(command);
        const answer: unknown = await checked(command.getName(), sent, checks);
        window.onAnswer(command, answer);
        this.#current = window.handle;
        return answer;
      } finally {
        this.#running.delete(window);
      }
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {
      // Told to whoever waits for it; the next command has its turn all the same.
    });
    return await mine;
  }
}

async function checked(name: string, sent: Promise<unknown>, checks: WindowChecks): Promise<unknown> {
  if (NAVIGATIONS.includes(name)) return await arrived(sent, checks);
  const answer = await sent;
  if (answer === null && SCRIPTS.includes(name) && (await checks.gone())) {
    throw new error.NoSuchWindowError('The window was closed while a script ran in it.');
  }
  return answer;
}

/** @throws WebDriverError as the server itself does when it tells. */
async function arrived(navigation: Promise<unknown>, checks: WindowChecks): Promise<unknown> {
  const [outcome] = await Promise.allSettled([navigation]);
  const failure = await checks.failure();
  if (outcome.status === 'rejected') throw outcome.reason;
  if (failure !== undefined) throw new error.WebDriverError(`unknown error: ${failure}`);
  return outcome.value;
}

/** Sends the commands of one window. Modes: open -> fenced. */
class WindowExecutor {
  readonly handles: string[];
  readonly #session: { execute(window: WindowExecutor, command: Command): Promise<unknown> };
  #handle: string;
  #fenced = false;

  constructor(
    handle: string,
    session: { execute(window: WindowExecutor, command: Command): Promise<unknown> },
  ) {
    this.#handle = handle;
    this.handles = [handle];
    this.#session = session;
  }

  /** The window that its commands are meant for: the first one, until the program switches. */
  get handle(): string {
    return this.#handle;
  }

  get fenced(): boolean {
    return this.#fenced;
  }

  execute(command: Command): Promise<unknown> {
    return this.#session.execute(this, command);
  }

  fence(): void {
    this.#fenced = true;
  }

  check(): void {
    if (this.#fenced) throw new error.NoSuchWindowError('This window was given back.');
  }

  onAnswer(command: Command, answer: unknown): void {
    const name = command.getName();
    if (name === 'switchToWindow') this.#handle = String(command.getParameter('handle'));
    if (name === 'newWindow') this.handles.push(String((answer as { readonly handle?: unknown }).handle));
  }
}

/** Options of the rule. */
export interface Options {
  /** So many unprotected calls in one function are a finding, also outside of a loop; default 5. */
  readonly minCalls?: number;
  /**
   * Methods by the name of what they are called on, added to the built-in ones: `{ 'portal*': ['fetchPage'] }`.
   * `*` stands for anything, upper and lower case are one; the method `()` is a call of the name itself; an empty
   * list removes a built-in name.
   */
  readonly receivers?: Readonly<Record<string, readonly string[]>>;
  /**
   * Functions that protect the callbacks they are given, added to the built-in ones: `retrying`, `*.guarded`.
   * Decorators are meant too.
   */
  readonly wrappers?: readonly string[];
}

/** The options, ready to be asked. */
export interface Settings {
  readonly minCalls: number;
  /** Whether `receiver.method()` goes to a driver; the method `()` is a call of the receiver itself. */
  isDriver(receiver: string, method: string): boolean;
  /** Whether a call of `method` (on `receiver`, if it is one on something) protects its callbacks. */
  isWrapper(receiver: string | undefined, method: string): boolean;
}

const PAGE = words(
  'goto goBack goForward reload click dblclick tap fill type press hover focus check uncheck ' +
    'setChecked select selectOption setInputFiles uploadFile dragTo dragAndDrop evaluate ' +
    'evaluateHandle evaluateAll $ $$ $eval $$eval content setContent title textContent innerText ' +
    'innerHTML inputValue getAttribute allTextContents allInnerTexts isVisible isHidden isEnabled ' +
    'isChecked count screenshot pdf waitFor* bringToFront scrollIntoViewIfNeeded',
);
const DRIVER = words(
  'get to back forward refresh findElement findElements executeScript executeAsyncScript wait ' +
    'getTitle getCurrentUrl getPageSource takeScreenshot click sendKeys clear submit getText ' +
    'getAttribute isDisplayed isEnabled isSelected window newWindow frame accept dismiss',
);
const BROWSER = ['newPage', 'newContext', 'createBrowserContext', 'pages', 'cookies', 'storageState'];

const RECEIVERS: Readonly<Record<string, readonly string[]>> = {
  page: PAGE,
  '*page': PAGE,
  tab: PAGE,
  frame: PAGE,
  '*frame': PAGE,
  locator: PAGE,
  '*locator': PAGE,
  browser: BROWSER,
  context: BROWSER,
  driver: DRIVER,
  '*driver': DRIVER,
  client: ['query', 'connect'],
  pool: ['query', 'connect'],
  fetch: ['()'],
};

const WRAPPERS = words(
  '*.run *.use *.step *.effect *.each *.commit *.wrap *.lease withConnectionResilience ' +
    'connectionResilience resumable superviseSession *Adapter',
);

/** Reads the options of a rule. */
export function settingsOf(options: Options = {}): Settings {
  const receivers = Object.entries({ ...RECEIVERS, ...options.receivers }).map(
    ([receiver, methods]) => [pattern(receiver), methods.map(pattern)] as const,
  );
  const wrappers = [...WRAPPERS, ...(options.wrappers ?? [])].map((wrapper) => {
    const dot = wrapper.lastIndexOf('.');
    return [dot < 0 ? undefined : pattern(wrapper.slice(0, dot)), pattern(wrapper.slice(dot + 1))] as const;
  });
  return {
    minCalls: options.minCalls ?? 5,
    isDriver: (receiver, method) =>
      receivers.some(([on, methods]) => on.test(receiver) && methods.some((each) => each.test(method))),
    isWrapper: (receiver, method) =>
      wrappers.some(
        ([on, name]) =>
          name.test(method) && (on === undefined ? receiver === undefined : on.test(receiver ?? '')),
      ),
  };
}

function words(text: string): readonly string[] {
  return text.split(' ');
}

function pattern(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
}

/** One program and where the rule has something to say about it: by the text of the line. */
export interface Fixture {
  readonly code: string;
  /** Beginning of the trimmed line, and a part of the message. */
  readonly found: readonly (readonly [line: string, message: string])[];
  /** Whether only a parser of TypeScript can read it. */
  readonly typescript?: true;
  readonly options?: object;
}

/** Programs as they are written, with what must and what must not be found in them. */
export const fixtures: Readonly<Record<string, Fixture>> = {
  'the loop that lost the run: it gathers matches page by page, with helpers': {
    code: `
      const matches = [];
      async function openPage(driver, n) {
        await driver.get('https://portal.example/matches?page=' + n);
      }
      async function readMatches(driver) {
        const rows = await driver.findElements(By.css('.match'));
        for (const row of rows) {
          matches.push({ name: await row.getText(), id: await row.getAttribute('data-id') });
        }
      }
      export async function gatherMatches(driver, pages) {
        for (let n = 1; n <= pages; n += 1) {
          await openPage(driver, n);
          await readMatches(driver);
        }
        return matches;
      }
    `,
    found: [
      ['matches.push(', 'row.getText is repeated in a loop'],
      ['await openPage(driver, n);', 'openPage is repeated in a loop'],
    ],
  },
  'the same, as the operation that it should be': {
    code: `
      async function readMatches(page) {
        const rows = await page.$$('.match');
        const matches = [];
        for (const row of rows) matches.push(await row.textContent());
        return matches;
      }
      export const gatherMatches = () => operation('gather', { ledger, session }, async (op) => {
        for await (const n of op.range('page', 1, 113)) {
          const rows = await op.step('rows', (lease) => lease.run(async (page) => {
            await page.goto('/matches?page=' + n);
            return readMatches(page);
          }));
          await op.commit('rows', (tx) => save(tx, rows));
          await op.effect('message', (lease) => lease.run((page) => page.click('#send')));
        }
      });
    `,
    found: [],
  },
  'a page in every kind of loop': {
    code: `
      export async function all(page, urls) {
        while (await page.isVisible('.next')) await page.click('.next');
        do { await page.reload(); } while (more());
        for (const key in urls) await page.goto(urls[key]);
        await Promise.all(urls.map(async (url) => page.goto(url)));
        urls.forEach((url) => { fetch(url); });
      }
    `,
    found: [
      ["while (await page.isVisible('.next'))", 'page.isVisible is repeated'],
      ['do { await page.reload(); }', 'page.reload is repeated'],
      ['for (const key in urls)', 'page.goto is repeated'],
      ['await Promise.all(urls.map', 'page.goto is repeated'],
      ['urls.forEach', 'fetch is repeated'],
    ],
  },
  'what a loop walks is asked once': {
    code: `
      export async function once(page) {
        for (const title of await page.locator('.title').allTextContents()) console.log(title);
        for (let n = await page.locator('.match').count(); n > 0; n -= 1) console.log(n);
      }
    `,
    found: [],
  },
  'locators, elements and what was made of a page are the page': {
    code: `
      export async function many(browser) {
        const tab = await browser.newPage();
        const { rows } = { rows: tab.locator('.row') };
        const buttons = await tab.$$('button');
        for (const button of buttons) await button.click();
        for (let n = 0; n < 3; n += 1) await tab.getByRole('button').nth(n).click();
        await Promise.all(buttons.map((each) => each.hover()));
      }
      class Portal {
        async read() {
          for (const id of this.ids) await this.page.keyboard.press(id);
        }
      }
    `,
    found: [
      ['for (const button of buttons)', 'button.click is repeated'],
      ['for (let n = 0; n < 3', 'click is repeated'],
      ['await Promise.all(buttons', 'each.hover is repeated'],
      ['for (const id of this.ids)', 'this.page.keyboard.press is repeated'],
    ],
  },
  'five calls in a row are a long operation, four are not': {
    code: `
      export async function long(page) {
        await page.goto('/login');
        await page.fill('#user', 'demo');
        await page.fill('#password', 'demo');
        await page.click('#submit');
        await page.waitForURL('/');
      }
      export async function short(page) {
        await page.goto('/login');
        await page.fill('#user', 'demo');
        await page.fill('#password', 'demo');
        await page.click('#submit');
      }
    `,
    found: [["await page.goto('/login');", '5 calls from page.goto on']],
  },
  'a program without a function is one too': {
    code: `
      const client = await connect();
      for (const id of ids) await client.query('select 1');
    `,
    found: [['for (const id of ids)', 'client.query is repeated']],
  },
  'callbacks of leases, sessions, operations, policies and wrapped functions are protected': {
    code: `
      await session.use(async (lease) => {
        for (const url of urls) await lease.run((page) => page.goto(url));
      });
      await op.each('id', ids, { id: (x) => x }, async (id, item) => {
        await item.step('read', (lease) => lease.run(async (page) => {
          for (const part of parts) await page.click(part);
        }));
      });
      const read = withConnectionResilience(async (n) => {
        for (const url of urls) await page.goto(url + n);
      }, { maxAttempts: 5 });
      await policy.run(async () => { for (const url of urls) await fetch(url); });
      const get = policy.wrap((context, url) => { while (more()) fetch(url); });
      const adapter = playwrightAdapter({ auth: { async login(page) {
        while (await page.isVisible('#wait')) await page.waitForTimeout(100);
      } } });
    `,
    found: [],
  },
  'functions that are handed to a wrapper, or called from protected places alone, are protected': {
    code: `
      async function gather(page) { for (const url of urls) await page.goto(url); }
      const helper = async (page) => { for (const url of urls) await page.goto(url); };
      async function deeper(page) { await helper(page); }
      async function both(page) { for (const url of urls) await page.goto(url); }
      class Portal {
        async read() { for (const url of urls) await this.page.goto(url); }
        async go() { await lease.run(this.read.bind(this)); }
      }
      async function login(page) { while (await page.isVisible('#wait')) await page.waitForTimeout(100); }
      const adapter = playwrightAdapter({ auth: { check: checks[0], login } });
      await session.use(gather);
      await lease.run(async (page) => { await deeper(page); await both(page); });
      await both(page);
    `,
    found: [['async function both(page)', 'page.goto is repeated']],
  },
  'a wrapper protects its callbacks, not what is worked out for it': {
    code: `
      for (const url of urls) await lease.run(check(await page.goto(url)));
      for (const url of urls) await retrying(async () => page.goto(url));
    `,
    found: [
      ['for (const url of urls) await lease', 'page.goto is repeated'],
      ['for (const url of urls) await retrying', 'page.goto is repeated'],
    ],
  },
  'a function that is only made in a loop does not run there': {
    code: `
      for (const url of urls) {
        const open = async () => { await page.goto(url); };
        openers.push({ open });
      }
      export async function run(page) { return page.title(); }
    `,
    found: [],
  },
  'other things that have such methods are no drivers': {
    code: `
      for (const id of ids) {
        map.get(id); cache.get(id).click(); form.check(id); rows.count(); text.type(); request.query(id);
        console.count(id); builder.select(id).press(); title.focus();
      }
    `,
    found: [],
  },
  'decorated methods are protected, others of the class are not': {
    typescript: true,
    code: `
      class Portal {
        @connectionResilience({ maxAttempts: 5 })
        async gather(page: Page): Promise<void> { for (const url of urls) await page.goto(url); }
        @resumable({ name: 'inbox', ledger })
        async inbox(op: Operation, page: Page): Promise<void> { for (const url of urls) await page!.goto(url); }
        @logged
        async forgotten(page: Page): Promise<void> {
          for (const url of urls) await (page as Page).goto(url satisfies string);
        }
      }
    `,
    found: [['for (const url of urls) await (page as Page)', 'page.goto is repeated']],
  },
  'names, methods, wrappers and the number are the user’s': {
    options: {
      minCalls: 2,
      receivers: { 'portal*': ['fetchPage'], send: ['()'], fetch: [] },
      wrappers: ['retrying', 'guard.*'],
    },
    code: `
      for (const n of pages) await portalClient.fetchPage(n);
      for (const n of pages) await send(n);
      for (const n of pages) await fetch(n);
      for (const n of pages) await retrying(async () => send(n));
      for (const n of pages) await guard.against(() => send(n));
      async function two(page) { await page.goto('/'); await page.title(); }
    `,
    found: [
      ['for (const n of pages) await portalClient', 'portalClient.fetchPage is repeated'],
      ['for (const n of pages) await send(n)', 'send is repeated'],
      ['async function two(page)', '2 calls from page.goto on'],
    ],
  },
};

/** Opens a browser, notes it in the folder that is given, says who it is, and waits to be killed. */
import { chromium } from 'playwright-core';
import { playwrightAdapter } from '../../../../src/adapters/playwright/index.ts';
import { processRecords } from '../../../../src/session/index.ts';
import { CHROMIUM, FLAGS } from '../chromium.ts';

const [, , folder = ''] = process.argv;
const adapter = playwrightAdapter({
  browserType: chromium,
  launch: { executablePath: CHROMIUM, args: [...FLAGS] },
  processes: processRecords(folder),
});
const resource = await adapter.open({
  generation: 1,
  attempt: 1,
  signal: new AbortController().signal,
});
process.stdout.write(`${JSON.stringify(resource.process)}\n`);

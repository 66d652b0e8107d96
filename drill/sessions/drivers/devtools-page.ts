import type { Outside } from './driver.ts';

/**
 * A page by the DevTools port of its browser. chromedriver works on one command at a time: what is asked of it while it
 * waits for a navigation would be done after that.
 */
export function devToolsPage(address: string, target: string): Outside {
  return {
    close: async () => {
      const answer = await fetch(`http://${address}/json/close/${target}`);
      if (!answer.ok) throw new Error(`the browser did not close the page: ${await answer.text()}`);
    },
    evaluate: (expression) => evaluate(`ws://${address}/devtools/page/${target}`, expression),
  };
}

async function evaluate(url: string, expression: string): Promise<unknown> {
  const socket = new WebSocket(url);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  socket.addEventListener('open', () => {
    const params = { expression, awaitPromise: true, returnByValue: true };
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
  });
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as {
      readonly id?: number;
      readonly result?: { readonly result?: { readonly value?: unknown } };
    };
    if (id === 1) resolve(result?.result?.value);
  });
  for (const end of ['close', 'error']) {
    socket.addEventListener(end, () => reject(new Error('the page is gone')));
  }
  try {
    return await promise;
  } finally {
    socket.close();
  }
}

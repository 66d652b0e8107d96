import type { Node, Rule, RuleContext } from './ast.ts';
import { CallSites } from './call-sites.ts';
import type { Site } from './call-sites.ts';
import { settingsOf } from './settings.ts';
import type { Options } from './settings.ts';

const ADVICE =
  'Make it inside `lease.run` of a supervised session, as a `step` of an operation (which then resumes instead of ' +
  'starting anew), or wrap the function with `withConnectionResilience`.';

/**
 * Finds long work with a driver that nothing protects: calls in a loop, or `minCalls` of them in one function, that
 * are made outside of a lease, an operation and a policy. One loss of the connection ends such work, and what it has
 * gathered is gone.
 */
export const unprotectedOperation: Rule = {
  meta: {
    type: 'problem',
    docs: {
      description: 'long work with a browser, a database or the network survives the loss of its connection',
      recommended: true,
    },
    schema: [
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          minCalls: { type: 'integer', minimum: 1 },
          receivers: {
            type: 'object',
            additionalProperties: { type: 'array', items: { type: 'string' } },
          },
          wrappers: { type: 'array', items: { type: 'string' } },
        },
      },
    ],
    messages: {
      loop: `{{call}} is repeated in a loop without protection: one lost connection ends the loop and loses what it did. ${ADVICE}`,
      many: `{{count}} calls from {{call}} on are made without protection: one lost connection ends them all. ${ADVICE}`,
    },
  },
  create(context) {
    const settings = settingsOf(context.options[0] as Options | undefined);
    const calls = new CallSites(settings);
    const addFunction = (node: Node): void => calls.addFunction(node);
    return {
      CallExpression: (node) => calls.addCall(node),
      FunctionDeclaration: addFunction,
      FunctionExpression: addFunction,
      ArrowFunctionExpression: addFunction,
      'Program:exit': () => report(context, calls.unprotected(), settings.minCalls),
    };
  },
};

/** One finding for a loop, and one for a function. */
function report(context: RuleContext, sites: readonly Site[], minCalls: number): void {
  const inOrder = sites.toSorted((a, b) => startOf(a) - startOf(b));
  const byLoop = Map.groupBy(inOrder, ({ loop }) => loop);
  for (const [loop, [first]] of byLoop) {
    if (loop === undefined || first === undefined) continue;
    context.report({ node: first.node, messageId: 'loop', data: { call: first.text } });
  }
  const byFunction = Map.groupBy(byLoop.get(undefined) ?? [], ({ nearest }) => nearest);
  for (const [, together] of byFunction) {
    const [first] = together;
    if (first === undefined || together.length < minCalls) continue;
    const data = { call: first.text, count: String(together.length) };
    context.report({ node: first.node, messageId: 'many', data });
  }
}

function startOf({ node }: Site): number {
  return node.range?.[0] ?? 0;
}

import type { Node, Rule, RuleContext } from './ast.ts';

const why = {
  clock: 'Time is passed in: use the clock, so that a simulated run is replayed from its seed.',
  random:
    'Randomness is passed in: use the random source, so that a simulated run is replayed from its seed.',
  transport: 'The network is passed in: use the transport, which decodes strictly and can be simulated.',
};

const globals: Readonly<Record<string, string>> = {
  setTimeout: why.clock,
  setInterval: why.clock,
  setImmediate: why.clock,
  fetch: why.transport,
};
const members: Readonly<Record<string, string>> = {
  'Date.now': why.clock,
  'performance.now': why.clock,
  'performance.timeOrigin': why.clock,
  'process.hrtime': why.clock,
  'AbortSignal.timeout': why.clock,
  'Atomics.wait': why.clock,
  'Math.random': why.random,
  'crypto.getRandomValues': why.random,
  'crypto.randomUUID': why.random,
};
const modules: Readonly<Record<string, string>> = {
  'node:timers': why.clock,
  'node:timers/promises': why.clock,
};
const imports: Readonly<Record<string, string>> = {
  'node:perf_hooks performance': why.clock,
  'node:crypto randomBytes': why.random,
  'node:crypto randomInt': why.random,
  'node:crypto randomUUID': why.random,
};

/**
 * Forbids reading the real time, randomness and network; `oxlint.config.ts` names the few places that may.
 * The option `allow` names globals that a folder may use all the same.
 */
export const realWorld: Rule = {
  meta: {
    schema: [{ type: 'object', properties: { allow: { type: 'array', items: { type: 'string' } } } }],
  },
  create(context) {
    return {
      Identifier: (node) => checkGlobal(context, node),
      MemberExpression: (node) => checkMember(context, node),
      NewExpression: (node) => checkDate(context, node),
      CallExpression: (node) => checkDate(context, node),
      ImportDeclaration: (node) => checkImport(context, node),
    };
  },
};

/** Any mention counts, not only a call: `{ sleep: setTimeout }` lets the real one in as well. */
function checkGlobal(context: RuleContext, node: Node): void {
  const reason = Object.hasOwn(globals, node.name ?? '') ? globals[node.name ?? ''] : undefined;
  if (reason === undefined || node.parent?.type === 'TSTypeQuery' || isAllowed(context, node.name)) return;
  if (context.sourceCode.isGlobalReference(node))
    context.report({ node, message: `${node.name}: ${reason}` });
}

function checkMember(context: RuleContext, node: Node): void {
  const { object, property } = node;
  if (object?.type !== 'Identifier' || property?.name === undefined || node.computed) return;
  if (!context.sourceCode.isGlobalReference(object)) return;
  const name = `${object.name}.${property.name}`;
  const reason = Object.hasOwn(members, name) ? members[name] : undefined;
  const hidden = object.name === 'globalThis' ? globals[property.name] : undefined;
  const message = reason ?? hidden;
  if (message === undefined || isAllowed(context, property.name)) return;
  context.report({ node, message: `${name}: ${message}` });
}

function isAllowed(context: RuleContext, name: string | undefined): boolean {
  return name !== undefined && (context.options?.[0]?.allow?.includes(name) ?? false);
}

function checkDate(context: RuleContext, node: Node): void {
  const { callee } = node;
  if (callee?.type !== 'Identifier' || callee.name !== 'Date') return;
  const readsClock = node.type === 'CallExpression' || node.arguments?.length === 0;
  if (!readsClock || !context.sourceCode.isGlobalReference(callee)) return;
  context.report({ node, message: `Date without an argument: ${why.clock}` });
}

function checkImport(context: RuleContext, node: Node): void {
  const module = String(node.source?.value);
  const whole = Object.hasOwn(modules, module) ? modules[module] : undefined;
  if (whole !== undefined) context.report({ node, message: `${module}: ${whole}` });
  for (const specifier of node.specifiers ?? []) {
    const name = `${module} ${specifier.imported?.name}`;
    const reason = Object.hasOwn(imports, name) ? imports[name] : undefined;
    if (reason !== undefined) context.report({ node: specifier, message: `${name}: ${reason}` });
  }
}

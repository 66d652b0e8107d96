import { bare, isNode, nameOf } from './ast.ts';
import type { Node } from './ast.ts';
import { calledBy, isOwnCall } from './called.ts';
import { isDriverCall } from './driver-call.ts';
import { isDecorated, isWrapperCall, placeOf } from './place.ts';
import type { Place } from './place.ts';
import type { Settings } from './settings.ts';

/** A call that goes to a driver, or to a function of the same file. */
export interface Site extends Place {
  readonly node: Node;
  /** As people read it: `page.goto`. */
  readonly text: string;
  /** The function of the file that is called; undefined for a driver. */
  readonly callee: string | undefined;
}

/** What was seen in one file: calls, functions by name, and which of these are protected where they are used. */
export class CallSites {
  readonly #settings: Settings;
  readonly #sites: Site[] = [];
  readonly #names = new Map<Node, string>();
  readonly #protected = new Set<Node>();
  readonly #passed = new Set<string>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Notes a call. */
  addCall(node: Node): void {
    const called = calledBy(node);
    if (called === undefined) return;
    if (isWrapperCall(node, this.#settings)) {
      for (const argument of node.arguments ?? []) this.#addPassed(argument);
    }
    const isDriver = isDriverCall(called, this.#settings);
    if (!isDriver && !isOwnCall(called)) return;
    const text = [...(called.on?.names ?? []), called.method].join('.');
    const callee = isDriver ? undefined : called.method;
    this.#sites.push({ node, text, callee, ...placeOf(node, this.#settings) });
  }

  /** Notes a function and what it is called. */
  addFunction(node: Node): void {
    const { parent } = node;
    const isMember = parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition';
    const name = nameOf(node.id) ?? nameOf(isMember ? parent.key : parent?.id);
    if (name !== undefined) this.#names.set(node, name);
    if (isMember && isDecorated(parent, this.#settings)) this.#protected.add(node);
  }

  /** Calls that reach a driver without protection, in the order of the file. */
  unprotected(): readonly Site[] {
    const declared = new Set(this.#names.values());
    const sites = this.#sites.filter(({ callee }) => callee === undefined || declared.has(callee));
    const safe = this.#safeFunctions(sites);
    const open = sites.filter((site) => !site.isProtected && !safe.has(site.owner));
    const driving = drivingNames(open, this.#names);
    return open.filter(({ callee }) => callee === undefined || driving.has(callee));
  }

  /** `gather` of `run(gather)`, `run(this.gather)`, `run(this.gather.bind(this))` and `adapter({ auth: { gather } })`. */
  #addPassed(given: Node): void {
    const node = bare(given);
    for (const element of node?.elements ?? []) if (element !== null) this.#addPassed(element);
    for (const { value } of node?.properties ?? []) if (isNode(value)) this.#addPassed(value);
    const named = node?.type === 'CallExpression' ? bare(bare(node.callee)?.object) : node;
    const name = nameOf(named?.type === 'MemberExpression' ? named.property : named);
    if (name !== undefined) this.#passed.add(name);
  }

  /** Functions that are given to a wrapper, or are called from protected places alone. */
  #safeFunctions(sites: readonly Site[]): ReadonlySet<Node> {
    const safe = new Set(this.#protected);
    for (const [node, name] of this.#names) if (this.#passed.has(name)) safe.add(node);
    for (let before = -1; before !== safe.size;) {
      before = safe.size;
      for (const [node, name] of this.#names) {
        const calls = sites.filter((site) => site.callee === name);
        const areSafe = calls.every((site) => site.isProtected || safe.has(site.owner));
        if (calls.length > 0 && areSafe) safe.add(node);
      }
    }
    return safe;
  }
}

/** Names of the functions that reach a driver, by themselves or through others. */
function drivingNames(sites: readonly Site[], names: ReadonlyMap<Node, string>): ReadonlySet<string> {
  const driving = new Set<string>();
  for (let before = -1; before !== driving.size;) {
    before = driving.size;
    for (const { callee, owner } of sites) {
      const name = names.get(owner);
      if (name !== undefined && (callee === undefined || driving.has(callee))) driving.add(name);
    }
  }
  return driving;
}

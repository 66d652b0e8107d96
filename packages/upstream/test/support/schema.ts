import { all, parseXml, type Element } from './xml.ts';

interface Particle {
  readonly name: string;
  readonly type: string;
  readonly min: number;
  readonly max: number;
}

interface ComplexType {
  readonly order: 'sequence' | 'any';
  readonly particles: readonly Particle[];
}

/** Element names, order and occurrence of a recorded XML schema of the simple sort that arXiv uses. */
export class Schema {
  readonly #types = new Map<string, ComplexType>();
  readonly #extensions = new Map<string, string>();
  readonly #root: string;

  constructor(xsd: string) {
    const particles = [...xsd.matchAll(/<complexType name="([^"]+)">([^]*?)<\/complexType>/g)];
    for (const [, name = '', body = ''] of particles) {
      const extended = /<extension base="[^":]*:?([^"]+)"/.exec(body)?.[1];
      const own = [...body.matchAll(/<element ([^>]*?)\/>/g)].map((match) => particle(match[1] ?? ''));
      const type: ComplexType = { order: body.includes('<choice') ? 'any' : 'sequence', particles: own };
      this.#types.set(name, type);
      if (extended !== undefined) this.#extensions.set(name, extended);
    }
    this.#root = local(/<element name="[^"]+" type="([^"]+)"\/>/.exec(xsd)?.[1] ?? '');
    if (this.#types.size === 0 || !this.#types.has(this.#root))
      throw new Error('the schema was not understood');
    parseXml(xsd);
  }

  /** Sentences about what does not conform. */
  faults(element: Element, typeName = this.#root): string[] {
    const type = this.#types.get(this.#extensions.get(typeName) ?? typeName);
    if (type === undefined) return [];
    const known = new Map(type.particles.map((each, at) => [each.name, { ...each, at }]));
    const found: string[] = [];
    let last = -1;
    for (const child of element.children) {
      const each = known.get(child.name);
      if (each === undefined) {
        found.push(`<${child.name}> is not known in <${element.name}>`);
        continue;
      }
      if (type.order === 'sequence' && each.at < last)
        found.push(`<${child.name}> comes too late in <${element.name}>`);
      last = each.at;
      found.push(...this.faults(child, each.type));
    }
    for (const each of type.particles) {
      const count = element.children.filter((child) => child.name === each.name).length;
      const min = type.order === 'sequence' ? each.min : 0;
      if (count < min || count > each.max)
        found.push(`<${each.name}> occurs ${count} times in <${element.name}>`);
    }
    return found;
  }
}

/** Every `<metadata>`'s content in a page. */
export function metadataOf(page: string): Element[] {
  return all(parseXml(page), 'metadata').flatMap((metadata) => metadata.children);
}

function particle(attributes: string): Particle {
  const value = (name: string, otherwise: string): string =>
    new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1] ?? otherwise;
  const max = value('maxOccurs', '1');
  return {
    name: value('name', ''),
    type: local(value('type', 'string')),
    min: Number(value('minOccurs', '1')),
    max: max === 'unbounded' ? Infinity : Number(max),
  };
}

function local(name: string): string {
  return name.includes(':') ? (name.split(':')[1] ?? '') : name;
}

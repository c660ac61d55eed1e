import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { quoteValue } from './field-error.ts';
import { formatPath, type PathSegment } from './field-path.ts';
import { isYamlMap, type Place, type YamlDocument, type YamlMap, type YamlValue } from './yaml-document.ts';

export interface ConversionLimits {
  readonly maxDepth: number;
  readonly maxAliasValues: number;
}

export interface Conversion {
  readonly document: YamlDocument;
  readonly problems: readonly { readonly offset: number; readonly message: string }[];
}

/** Nodes of the YAML parser → plain values with their places. Never throws. */
export function convertDocument(contents: ParsedNode, limits: ConversionLimits): Conversion {
  const converter = new YamlConverter(limits);
  const document = converter.convert(contents, 0);
  return { document, problems: converter.problems };
}

export const tooDeep = (maxDepth: number): string => `nested deeper than ${maxDepth} levels`;

const NOTHING = (offset: number): YamlDocument => ({ value: null, place: { offset, size: 1, height: 0 } });

class YamlConverter {
  readonly problems: { offset: number; message: string }[] = [];
  readonly #limits: ConversionLimits;
  /** The value last given to each anchor. Aliases share it: values are never changed, only copied. */
  readonly #anchors = new Map<string, YamlDocument>();
  readonly #path: PathSegment[] = [];
  #aliasValues = 0;

  constructor(limits: ConversionLimits) {
    this.#limits = limits;
  }

  convert(node: Node | null, depth: number): YamlDocument {
    const offset = node?.range?.[0] ?? 0;
    if (node === null) return NOTHING(offset);
    if (depth > this.#limits.maxDepth) return this.#refuse(offset, tooDeep(this.#limits.maxDepth));
    if (isAlias(node)) return this.#resolveAlias(node.source, offset, depth);
    const converted = isMap(node)
      ? this.#map(node, offset, depth)
      : isSeq(node)
        ? this.#list(node, offset, depth)
        : this.#scalar(node, offset);
    // Only now: an alias inside its own anchor would never end.
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, converted);
    return converted;
  }

  #resolveAlias(name: string, offset: number, depth: number): YamlDocument {
    const target = this.#anchors.get(name);
    if (target === undefined) return this.#refuse(offset, `alias ${quoteValue(`*${name}`)} has no anchor before it`);
    if (depth + target.place.height > this.#limits.maxDepth) return this.#refuse(offset, tooDeep(this.#limits.maxDepth));
    this.#aliasValues += target.place.size;
    if (this.#aliasValues > this.#limits.maxAliasValues) {
      return this.#refuse(offset, `aliases add more than ${this.#limits.maxAliasValues} values: write them out`);
    }
    return target;
  }

  #scalar(node: Node, offset: number): YamlDocument {
    const raw: unknown = isScalar(node) ? node.value : null;
    const place = { offset, size: 1, height: 0 };
    if (typeof raw === 'bigint') return { value: Number.isSafeInteger(Number(raw)) ? Number(raw) : raw, place };
    if (typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean') return { value: raw, place };
    return { value: null, place };
  }

  #list(node: YAMLSeq, offset: number, depth: number): YamlDocument {
    const values: YamlValue[] = [];
    const children = new Map<number, Place>();
    for (const [index, item] of node.items.entries()) {
      this.#path.push(index);
      const { value, place } = this.convert(item as Node | null, depth + 1);
      values.push(value);
      children.set(index, place);
      this.#path.pop();
    }
    return { value: values, place: surround(offset, children) };
  }

  #map(node: YAMLMap, offset: number, depth: number): YamlDocument {
    const values: Record<string, YamlValue> = Object.create(null);
    const children = new Map<string, Place>();
    const merged: YamlDocument[] = [];
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      const keyOffset = pair.key?.range?.[0] ?? offset;
      const key = this.#key(pair.key, keyOffset, depth);
      if (key === undefined) continue;
      this.#path.push(key);
      const { value, place } = this.convert(pair.value, depth + 1);
      if (isMergeKey(pair.key)) merged.push({ value, place });
      else if (children.has(key)) this.#refuse(keyOffset, `${formatPath(this.#path)}: the key is given twice`);
      else {
        values[key] = value;
        children.set(key, { ...place, offset: keyOffset });
      }
      this.#path.pop();
    }
    for (const source of merged) this.#merge(source, values, children);
    return { value: values, place: surround(offset, children) };
  }

  /** YAML 1.1 merge keys: what is written in the map itself wins, then the first map that has the key. */
  #merge(source: YamlDocument, values: Record<string, YamlValue>, children: Map<string, Place>): void {
    const { value, place } = source;
    if (Array.isArray(value)) {
      for (const [index, one] of (value as readonly YamlValue[]).entries()) {
        this.#merge({ value: one, place: place.children?.get(index) ?? place }, values, children);
      }
    } else if (isYamlMap(value)) {
      for (const key of Object.keys(value)) {
        if (children.has(key)) continue;
        values[key] = (value as YamlMap)[key] as YamlValue;
        children.set(key, place.children?.get(key) ?? place);
      }
    } else this.#refuse(place.offset, 'the value of a merge key "<<" must be a map or a list of maps');
  }

  #key(node: Node | null, offset: number, depth: number): string | undefined {
    const { value } = this.convert(node, depth + 1);
    if (typeof value !== 'object' || value === null) return String(value);
    this.#refuse(offset, 'a key must be a scalar, not a map or a list');
    return undefined;
  }

  #refuse(offset: number, message: string): YamlDocument {
    // One is enough once a bomb went off: the rest would be the same again, thousands of times.
    if (this.problems.length < 100) this.problems.push({ offset, message });
    return NOTHING(offset);
  }
}

const isMergeKey = (key: Node | null): boolean => isScalar(key) && key.value === '<<' && key.type === 'PLAIN';

function surround(offset: number, children: ReadonlyMap<string | number, Place>): Place {
  let size = 1;
  let height = 0;
  for (const child of children.values()) {
    size += child.size;
    height = Math.max(height, child.height + 1);
  }
  return { offset, children, size, height };
}

import { describeValue } from './describe.ts';
import type { Finding, Steps } from './finding.ts';

/** An error as ajv's generated code leaves it. */
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
}

/** Keywords that only repeat what an error of their branch has said already. */
const ECHOES = new Set(['if', 'propertyNames']);

const TYPES: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};

const HEX = /^0x[0-9a-fA-F]+$/;
const LOOSE_BIT = /^(cpuid:[0-9a-fA-F]+\.[0-9a-fA-F]+\.e[abcd]x|msr:[0-9a-fA-F]+)\[[0-9]+\]$/;

/** @returns the place that a JSON pointer names, and the value there. */
function follow(root: unknown, pointer: string): { steps: (string | number)[]; value: unknown } {
  const steps: (string | number)[] = [];
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    steps.push(Array.isArray(value) ? Number(key) : key);
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  return { steps, value };
}

/** The name of the shared definition that an error comes from, or ''. */
function definitionOf(error: SchemaError): string {
  return /\/\$defs\/(\w+)\/[^/]+$/.exec(error.schemaPath)?.[1] ?? '';
}

/** A text of the right kind that is out of bounds deserves to be told so, not to be shown the form again. */
function patternFinding(definition: string, steps: Steps, text: string, wanted: string): Finding {
  const got = describeValue(text);
  if (HEX.test(text)) {
    if (definition === 'hex64' || definition === 'nullableHex64') return { code: 'value-too-wide', steps, expected: 'at most 64 bits', got };
    return { code: 'register-too-wide', steps, expected: 'at most 32 bits', got };
  }
  if (definition === 'bitRef' && LOOSE_BIT.test(text)) {
    return {
      code: 'bit-out-of-range',
      steps,
      expected: text.startsWith('msr:') ? 'an MSR index of 32 bits and a bit from 0 to 63' : 'a leaf and subleaf of 32 bits and a bit from 0 to 31',
      got,
    };
  }
  return { code: 'bad-format', steps, expected: wanted, got };
}

function typeWords(params: SchemaError['params']): string {
  const types = Array.isArray(params.type) ? (params.type as string[]) : String(params.type).split(',');
  return types.map((type) => TYPES[type] ?? type).join(' or ');
}

/**
 * Says in plain words what one error of a generated validator means.
 * @param root the document
 * @param error ajv's error
 * @param words what each shared definition wants
 * @returns the finding, or null when another error of the same mistake says it
 */
export function fromAjv(root: unknown, error: SchemaError, words: Readonly<Record<string, string>>): Finding | null {
  if (ECHOES.has(error.keyword)) return null;
  const { steps, value } = follow(root, error.instancePath);
  const definition = definitionOf(error);
  const got = describeValue(value);
  const bound = `${error.params.comparison === '<=' ? 'at most' : 'at least'} ${String(error.params.limit)}`;
  switch (error.keyword) {
    case 'required':
      return { code: 'missing-key', steps: [...steps, String(error.params.missingProperty)], expected: 'a value (the key is required)', got: 'nothing' };
    case 'type':
      return { code: 'wrong-type', steps, expected: words[definition] ?? typeWords(error.params), got };
    case 'const':
      return { code: 'wrong-value', steps, expected: describeValue(error.params.allowedValue), got };
    case 'enum':
      return { code: 'not-one-of', steps, expected: `one of ${(error.params.allowedValues as unknown[]).map(describeValue).join(', ')}`, got };
    case 'pattern': {
      const name = error.propertyName;
      const wanted = words[definition] ?? 'text of another form';
      return patternFinding(definition, name === undefined ? steps : [...steps, name], name ?? String(value), wanted);
    }
    case 'minItems':
      return { code: 'too-few', steps, expected: `at least ${String(error.params.limit)} entry`, got };
    case 'minimum':
    case 'maximum':
      return { code: 'out-of-range', steps, expected: words[definition] ?? bound, got };
    case 'not':
      return { code: 'unknown-variant', steps, expected: words[definition] ?? 'something else', got: 'none of them' };
    default:
      return { code: error.keyword, steps, expected: words[definition] ?? `what the schema says at ${error.schemaPath}`, got };
  }
}

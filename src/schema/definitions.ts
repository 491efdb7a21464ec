/**
 * Pieces that several schemas share. Each description is what a problem says it expected, so it reads after "expected".
 * `pattern` instead of `minLength`: ajv's standalone code for lengths requires a run-time module, and ours may require nothing.
 */
export interface SchemaObject {
  readonly [keyword: string]: unknown;
}

/** Longest forms that src/base/hex.ts reads; leading zeros are allowed, width beyond the register's is not. */
const HEX32 = '^0x0{0,8}[0-9a-fA-F]{1,8}$';
const HEX64 = '^0x[0-9a-fA-F]{1,16}$';
const CPUID_BIT = 'cpuid:[0-9a-fA-F]{1,8}\\.[0-9a-fA-F]{1,8}\\.e[abcd]x\\[([12]?[0-9]|3[01])\\]';
const MSR_BIT = 'msr:[0-9a-fA-F]{1,8}\\[([1-5]?[0-9]|6[0-3])\\]';

export const definitions = {
  text: { type: 'string', description: 'text' },
  name: { type: 'string', pattern: '\\S', description: 'text that is not empty' },
  nullableText: { type: ['string', 'null'], description: 'text or null' },
  flag: { type: 'boolean', description: 'true or false' },
  hex32: { type: 'string', pattern: HEX32, description: 'a 32-bit value as text, such as "0x1f"' },
  hex64: { type: 'string', pattern: HEX64, description: 'a 64-bit value as text, such as "0x1f"' },
  nullableHex64: { type: ['string', 'null'], pattern: HEX64, description: 'a 64-bit value as text, such as "0x1f", or null' },
  bitRef: { type: 'string', pattern: `^(${CPUID_BIT}|${MSR_BIT})$`, description: 'a bit such as "cpuid:7.0.edx[10]" or "msr:10a[17]"' },
  registerRef: {
    type: 'string',
    pattern: '^cpuid:[0-9a-fA-F]{1,8}\\.[0-9a-fA-F]{1,8}\\.e[abcd]x$',
    description: 'a register such as "cpuid:d.0.ebx"',
  },
  date: { type: 'string', pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$', description: 'a date such as "2025-08-12"' },
  digest: { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'a sha256 as 64 lower-case hexadecimal digits' },
  cpu: { type: 'integer', minimum: 0, maximum: 65535, description: 'the number of a CPU' },
  platformId: { type: 'integer', minimum: 0, maximum: 7, description: 'a whole number from 0 to 7' },
  count: { type: 'integer', minimum: 0, maximum: 9007199254740991, description: 'a whole number, zero or more' },
  positive: { type: 'integer', minimum: 1, maximum: 65536, description: 'a whole number from 1 to 65536' },
  cpus: { type: 'array', minItems: 1, items: { $ref: '#/$defs/cpu' }, description: 'a list of CPU numbers' },
  texts: { type: 'array', items: { $ref: '#/$defs/text' }, description: 'a list of texts' },
  names: { type: 'array', items: { $ref: '#/$defs/name' }, description: 'a list of names' },
  objects: { type: 'array', items: { $ref: '#/$defs/object' }, description: 'a list of objects' },
  object: { type: 'object', description: 'an object' },
  signature: { type: 'string', pattern: HEX32, description: 'a CPU signature as text, such as "0x50657"' },
  vendor: { type: 'string', enum: ['GenuineIntel', 'AuthenticAMD'], description: '"GenuineIntel" or "AuthenticAMD"' },
  cpuidRow: {
    type: 'object',
    description: 'an object with leaf, subleaf, eax, ebx, ecx and edx',
    required: ['leaf', 'subleaf', 'eax', 'ebx', 'ecx', 'edx'],
    properties: Object.fromEntries(['leaf', 'subleaf', 'eax', 'ebx', 'ecx', 'edx'].map((key) => [key, { $ref: '#/$defs/hex32' }])),
  },
  cpuidRows: { type: 'array', items: { $ref: '#/$defs/cpuidRow' }, description: 'a list of CPUID rows' },
  msrIndex: { type: 'string', pattern: HEX32, description: 'the index of an MSR, such as "0x10a"' },
  msrValues: {
    type: 'object',
    description: 'an object of MSR indexes and values',
    propertyNames: { $ref: '#/$defs/msrIndex' },
    additionalProperties: { $ref: '#/$defs/nullableHex64' },
  },
  msrMasks: {
    type: 'object',
    description: 'an object of MSR indexes and masks',
    propertyNames: { $ref: '#/$defs/msrIndex' },
    additionalProperties: { $ref: '#/$defs/hex64' },
  },
  flags: { type: 'object', additionalProperties: { $ref: '#/$defs/flag' }, description: 'an object of names, each true or false' },
  strings: { type: 'object', additionalProperties: { $ref: '#/$defs/text' }, description: 'an object of texts' },
  counts: { type: 'object', additionalProperties: { $ref: '#/$defs/count' }, description: 'an object of whole numbers' },
  confidence: { type: 'string', enum: ['high', 'medium', 'low'], description: '"high", "medium" or "low"' },
  policy: { type: 'string', enum: ['mainline', 'rfc', 'uek4', 'full'], description: '"mainline", "rfc", "uek4" or "full"' },
  guardMode: { type: 'string', enum: ['off', 'warn', 'deny'], description: '"off", "warn" or "deny"' },
  enforcedBy: { type: 'string', enum: ['kernel', 'policy'], description: '"kernel" or "policy"' },
  verdict: {
    type: 'string',
    enum: [
      'unchanged',
      'not-microcode',
      're-evaluated',
      'equivalent',
      'silent-fix',
      'pessimistic-report',
      'opt-out-overridden',
      'stranded',
      'not-engaged',
      'hazard',
    ],
    description: 'a verdict',
  },
} satisfies Readonly<Record<string, SchemaObject>>;

export type DefinitionName = keyof typeof definitions;

/** @returns a reference to a shared definition. */
export function ref(name: string): SchemaObject {
  return { $ref: `#/$defs/${name}` };
}

/** @returns a list whose entries are the named definition. */
export function listOf(name: string): SchemaObject {
  return { type: 'array', items: ref(name) };
}

/**
 * An object schema in the short form that these files use.
 * @param required key and schema, or name of a definition, of keys that must be there
 * @param optional the same for keys that may be left out; keys of neither kind are ignored, as readers of our formats do
 */
export function shape(required: Readonly<Record<string, SchemaObject | string>>, optional: Readonly<Record<string, SchemaObject | string>> = {}): SchemaObject {
  const properties = Object.fromEntries(
    Object.entries({ ...required, ...optional }).map(([key, value]) => [key, typeof value === 'string' ? ref(value) : value]),
  );
  return { type: 'object', required: Object.keys(required), properties };
}

/** @returns every definition that the schema reaches, so that each published schema stands alone. */
function reached(schema: unknown, all: Readonly<Record<string, SchemaObject>>, found: Set<string>): Set<string> {
  for (const match of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) {
    const name = match[1] ?? '';
    if (found.has(name)) continue;
    found.add(name);
    reached(all[name], all, found);
  }
  return found;
}

/**
 * Completes a schema for publication.
 * @param name `profile`, as in `cpueval/profile/1`
 * @param title one line for people
 * @param body the object schema without its `schema` key
 * @param own definitions that only this schema has
 * @returns a JSON Schema 2020-12 that refers to nothing outside itself
 */
export function publish(name: string, title: string, body: SchemaObject, own: Readonly<Record<string, SchemaObject>> = {}): SchemaObject {
  const { required, properties, ...rest } = body as { required: readonly string[]; properties: SchemaObject };
  const full = { ...rest, required: ['schema', ...required], properties: { schema: { const: `cpueval/${name}/1` }, ...properties } };
  const all: Readonly<Record<string, SchemaObject>> = { ...definitions, ...own };
  const names = reached(full, all, new Set());
  const $defs = Object.fromEntries(Object.entries(all).filter(([definition]) => names.has(definition)));
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `urn:cpueval:${name}:1`, title, ...full, $defs };
}

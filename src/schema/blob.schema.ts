import { listOf, publish, ref, type SchemaObject, shape } from './definitions.ts';

const note = { source: 'text', when: 'effectTime', confidence: 'confidence', note: 'text' };

/** The variant of an effect is chosen by its key before anything else is looked at: one mistake, one problem. */
const variant: SchemaObject = ['bit', 'msr', 'register', 'behaviour'].reduceRight<SchemaObject>(
  (otherwise, key) => ({ if: { required: [key] }, then: ref(`${key}Effect`), else: otherwise }),
  ref('noEffect'),
);

/** Variants have no `type`: that an effect is an object has been said where the variant is chosen. */
function variantShape(...parts: Parameters<typeof shape>): SchemaObject {
  const { type: _type, ...rest } = shape(...parts);
  return rest;
}

export const blobDefinitions: Readonly<Record<string, SchemaObject>> = {
  effectTime: { type: 'string', enum: ['at-load', 'after-reset'], description: '"at-load" or "after-reset"' },
  change: { type: 'string', enum: ['set', 'clear'], description: '"set" or "clear"' },
  applies: shape({ signature: 'signature' }, { platformFlags: 'hex32', equivalenceId: 'hex32' }),
  file: shape(
    {},
    {
      path: 'name',
      state: { type: 'string', enum: ['present', 'absent'], description: '"present" or "absent"' },
      integrity: {
        type: 'string',
        enum: ['valid', 'bad-header', 'bad-checksum', 'truncated', 'unknown'],
        description: '"valid", "bad-header", "bad-checksum", "truncated" or "unknown"',
      },
      digest: 'digest',
    },
  ),
  effect: { type: 'object', description: 'an object with the key bit, msr, register or behaviour', ...variant },
  bitEffect: variantShape({ bit: 'bitRef', change: 'change' }, note),
  msrEffect: variantShape({ msr: 'msrIndex' }, { exists: 'flag', value: 'hex64', writable: 'hex64', ...note }),
  registerEffect: variantShape({ register: 'registerRef', value: 'hex32' }, note),
  behaviourEffect: variantShape({ behaviour: 'name' }, note),
  noEffect: { not: {}, description: 'one of the keys bit, msr, register and behaviour' },
};

/** Any state but "present" lifts the requirement, so that a misspelt "absent" is one problem and not three. */
const fileIsAbsent = {
  required: ['file'],
  properties: { file: { type: 'object', required: ['state'], properties: { state: { not: { const: 'present' } } } } },
};

/** A microcode update: its header facts and what it does to the silicon. */
export const blobSchema: SchemaObject = publish(
  'blob',
  'cpueval blob descriptor: a microcode update and its effects',
  {
    ...shape(
      { id: 'name', vendor: 'vendor', effects: listOf('effect') },
      {
        title: 'name',
        revision: 'hex32',
        date: 'date',
        applies: { type: 'array', minItems: 1, items: ref('applies') },
        minRevision: 'hex32',
        fromRevision: 'hex32',
        file: 'file',
        unknownEffects: 'flag',
      },
    ),
    if: fileIsAbsent,
    else: { required: ['revision', 'applies'] },
  },
  blobDefinitions,
);

import { listOf, publish, type SchemaObject, shape } from './definitions.ts';

/** The updates found in real microcode files: one entry for each update in each file. */
export const blobListSchema: SchemaObject = publish(
  'blob-list',
  'cpueval blob list: the updates in microcode files',
  shape({ updates: listOf('update'), problems: listOf('problem') }),
  {
    update: shape(
      {
        file: 'text',
        offset: 'count',
        vendor: 'vendor',
        applies: { type: 'array', items: { $ref: '#/$defs/applies' } },
        revision: 'hex32',
        size: 'count',
        checksum: { type: 'string', enum: ['valid', 'invalid', 'unknown'], description: '"valid", "invalid" or "unknown"' },
      },
      { date: 'nullableText', minRevision: { type: ['string', 'null'], pattern: '^0x[0-9a-fA-F]{1,8}$', description: 'a revision or null' } },
    ),
    applies: shape({ signature: 'signature' }, { platformFlags: 'hex32', equivalenceId: 'hex32' }),
    problem: shape({ code: 'text', path: 'text', expected: 'text', got: 'text' }, { file: 'text' }),
  },
);

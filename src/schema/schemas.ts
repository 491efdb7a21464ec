import { blobSchema } from './blob.schema.ts';
import { blobListSchema } from './blob-list.schema.ts';
import type { SchemaObject } from './definitions.ts';
import { diffSchema } from './diff.schema.ts';
import { evalSchema } from './eval.schema.ts';
import { profileSchema } from './profile.schema.ts';
import { runSchema } from './run.schema.ts';
import { scenarioSchema } from './scenario.schema.ts';

/** Every published schema by the name that `cpueval schema NAME` takes. The build compiles a validator from each. */
export const schemas = {
  profile: profileSchema,
  blob: blobSchema,
  scenario: scenarioSchema,
  eval: evalSchema,
  diff: diffSchema,
  run: runSchema,
  'blob-list': blobListSchema,
} as const satisfies Readonly<Record<string, SchemaObject>>;

export type SchemaName = keyof typeof schemas;

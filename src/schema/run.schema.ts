import { listOf, publish, type SchemaObject, shape } from './definitions.ts';
import { rowDefinitions } from './diff.schema.ts';
import { evalDefinitions } from './eval.schema.ts';

/** A scenario played: each event with its outcome, the state and the ledger after it. */
export const runSchema: SchemaObject = publish('run', 'cpueval run: a scenario, step by step', shape({ steps: listOf('step') }, { guard: 'guard' }), {
  guard: shape({ mode: 'guardMode', reads: 'objects' }),
  ...evalDefinitions,
  ...rowDefinitions,
  runEvent: shape({ type: 'text' }),
  step: shape(
    {
      event: 'runEvent',
      outcome: { type: 'string', enum: ['done', 'refused'], description: '"done" or "refused"' },
      findings: 'objects',
      state: 'evalDocument',
      snapshots: listOf('snapshotRow'),
      guests: listOf('guestRow'),
    },
    {},
  ),
});

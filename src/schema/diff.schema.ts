import { listOf, publish, ref, type SchemaObject, shape } from './definitions.ts';
import { evalDefinitions } from './eval.schema.ts';

const causes = { causes: listOf('cause'), chain: listOf('link') };
const nullable = (schema: SchemaObject): SchemaObject => ({ ...schema, type: ['object', 'null'] });

/** The row arrays of a diff; `ifLoaded` of a refused load has the same. */
const rows = {
  silicon: listOf('siliconRow'),
  features: listOf('featureRow'),
  bugs: listOf('bugRow'),
  vulnerabilities: listOf('vulnerabilityRow'),
  snapshots: listOf('snapshotRow'),
  guests: listOf('guestRow'),
};

/** Rows that runs and diffs share. */
export const rowDefinitions: Readonly<Record<string, SchemaObject>> = {
  cure: shape({ cure: 'text', why: 'text' }),
  difference: shape({ ref: 'text' }, {}),
  snapshotRow: shape(
    { holder: 'text', takenAt: 'text', stale: 'flag', differences: listOf('difference') },
    { symptom: 'nullableText', cures: 'texts', notCuredBy: listOf('cure') },
  ),
  guestRow: shape({ name: 'text', stale: 'flag', differences: listOf('difference') }, { cures: 'texts' }),
};

const diffDefinitions: Readonly<Record<string, SchemaObject>> = {
  ...evalDefinitions,
  ...rowDefinitions,
  cause: shape({ ref: 'text' }),
  link: shape({ rule: 'text' }, { source: 'nullableText' }),
  reason: shape({ code: 'text', enforcedBy: 'enforcedBy', text: 'text' }),
  load: shape(
    {
      outcome: { type: 'string', enum: ['updated', 'partial', 'failed', 'refused', 'nothing-to-do', 'inhibited'], description: 'the outcome of a load' },
      errno: 'nullableText',
      revisions: { type: 'array', items: shape({ cpus: 'cpus', before: 'hex32', after: 'hex32' }) },
      reasons: listOf('reason'),
      tainted: 'texts',
      log: 'texts',
    },
    {},
  ),
  inhibitor: shape({ id: 'text', holder: 'text', reason: 'text', enforcedBy: 'enforcedBy', overridden: 'flag' }, { consequences: { type: 'array' } }),
  siliconRow: shape({ ref: 'text', name: 'nullableText', noticedByKernel: 'flag' }, { blindSpot: 'nullableText' }),
  featureRow: shape(
    { name: 'text', silicon: 'object', before: 'flag', reported: 'flag', afterReboot: 'flag', noticedByKernel: 'flag', verdict: 'verdict', ...causes },
    { unknown: 'texts', confidence: 'confidence' },
  ),
  bugRow: shape(
    { name: 'text', before: 'flag', reported: 'flag', afterReboot: 'flag', verdict: 'verdict', ...causes },
    { unknown: 'texts', confidence: 'confidence' },
  ),
  effective: shape({
    state: { type: 'string', enum: ['protected', 'partly', 'exposed', 'not-affected', 'unknown'], description: 'a state of protection' },
    why: 'text',
    confidence: 'confidence',
  }),
  part: shape({ part: 'text', verdict: 'verdict', why: 'text' }),
  vulnerabilityRow: shape(
    {
      name: 'text',
      title: 'text',
      cves: 'texts',
      before: 'nullableText',
      reported: 'nullableText',
      effective: 'effective',
      afterReboot: 'nullableText',
      verdict: 'verdict',
      ...causes,
    },
    { parts: listOf('part'), unknown: 'texts' },
  ),
  guard: shape({ mode: 'guardMode', reads: 'objects' }),
  step: shape({
    order: 'count',
    id: 'text',
    action: 'text',
    target: 'nullableText',
    hint: 'nullableText',
    requires: 'texts',
    releases: 'texts',
    cures: 'texts',
    leaves: 'texts',
    disruption: { type: 'string', enum: ['none', 'process', 'guest', 'host'], description: '"none", "process", "guest" or "host"' },
  }),
  residual: shape({ id: 'text', cures: 'texts' }),
  oneReboot: shape({ revision: 'text', goesBack: 'flag', leaves: 'texts' }),
  plan: shape({ steps: listOf('step'), residual: listOf('residual') }, { reboot: 'oneReboot' }),
  reevaluation: shape({
    patches: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 7 }, description: 'numbers of patches' },
    findings: 'objects',
  }),
  summary: shape({ verdict: 'verdict', counts: 'counts', assumptions: 'texts' }),
  rowsIfLoaded: nullable(shape({}, rows)),
  states: nullable(shape({}, { before: nullable(ref('evalDocument')), late: nullable(ref('evalDocument')), reboot: nullable(ref('evalDocument')) })),
};

/** What a late load changes, what it only seems to change, and what it leaves behind. */
export const diffSchema: SchemaObject = publish(
  'diff',
  'cpueval diff: a microcode late load before it happens',
  shape(
    {
      kernel: 'kernel',
      policy: 'policy',
      cpu: 'cpuIdentity',
      blob: 'object',
      load: 'load',
      silicon: rows.silicon,
      features: rows.features,
      bugs: rows.bugs,
      vulnerabilities: rows.vulnerabilities,
      summary: 'summary',
    },
    {
      inhibitors: listOf('inhibitor'),
      reevaluation: 'reevaluation',
      snapshots: rows.snapshots,
      guests: rows.guests,
      guard: 'guard',
      plan: 'plan',
      ifLoaded: 'rowsIfLoaded',
      states: 'states',
    },
  ),
  diffDefinitions,
);

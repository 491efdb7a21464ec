import { listOf, publish, type SchemaObject, shape } from './definitions.ts';

/** What only profiles and the scenarios that carry one inline need. */
export const profileDefinitions: Readonly<Record<string, SchemaObject>> = {
  source: shape(
    {
      kind: { type: 'string', enum: ['captured', 'imported', 'recorded', 'synthetic'], description: '"captured", "imported", "recorded" or "synthetic"' },
      from: 'text',
    },
    { notes: 'texts' },
  ),
  microcode: shape({ revision: 'hex32' }, { unknown: 'flag', platformId: 'platformId', perCpu: listOf('cpuRevision') }),
  cpuRevision: shape({ cpus: 'cpus', revision: 'hex32' }),
  topology: shape(
    {},
    {
      packages: 'positive',
      coresPerPackage: 'positive',
      threadsPerCore: 'positive',
      nodes: 'positive',
      offline: { type: 'array', items: { $ref: '#/$defs/cpu' } },
      cores: listOf('core'),
    },
  ),
  core: shape({ package: 'count', threads: 'cpus' }, { node: 'count' }),
  known: shape({}, { cpuid: 'cpuidRows', msrs: 'msrMasks' }),
  coreType: shape({ cpus: 'cpus' }, { cpuid: 'cpuidRows', msrs: 'msrValues' }),
  guestModel: { type: 'string', enum: ['host-passthrough', 'host-model', 'custom'], description: '"host-passthrough", "host-model" or "custom"' },
  guest: shape({ name: 'name' }, { model: 'guestModel', cpuid: 'cpuidRows' }),
  process: shape({ name: 'name' }),
  system: shape(
    {},
    {
      kernel: 'text',
      cmdline: 'text',
      config: 'strings',
      traits: 'flags',
      memoryBytes: 'count',
      earlyMicrocode: 'hex32',
      modules: 'names',
      guests: listOf('guest'),
      processes: listOf('process'),
    },
  ),
};

/** A CPU: raw CPUID leaves, MSR values, microcode revision, topology and, optionally, the system around it. */
export const profileSchema: SchemaObject = publish(
  'profile',
  'cpueval profile: a CPU as it comes out of reset',
  shape(
    { id: 'name', title: 'name', source: 'source', cpuid: 'cpuidRows', microcode: 'microcode' },
    {
      msrs: 'msrValues',
      absentMsrs: { type: 'string', enum: ['unknown', 'zero', 'fault'], description: '"unknown", "zero" or "fault"' },
      absentLeaves: { type: 'string', enum: ['unknown', 'zero'], description: '"unknown" or "zero"' },
      msrWritable: 'msrMasks',
      behaviours: 'flags',
      topology: 'topology',
      otherCores: listOf('coreType'),
      system: 'system',
      partial: 'flag',
      known: 'known',
    },
  ),
  profileDefinitions,
);

import { blobSchema } from './blob.schema.ts';
import { listOf, publish, ref, type SchemaObject, shape } from './definitions.ts';
import { profileSchema } from './profile.schema.ts';

/** Every event that `transition()` knows, in the order in which DESIGN section 3 lists them. */
export const eventTypes = [
  'boot',
  'microcode-late-load',
  'kvm-load',
  'kvm-unload',
  'guest-start',
  'guest-stop',
  'guest-migrate',
  'vcpu-create',
  'cpu-online',
  'cpu-offline',
  'resume',
  'process-start',
  'module-load',
  'host-msr-write',
  'reevaluate',
  'kexec',
  'reboot',
] as const;

/** A whole document inside another: its own definitions move beside the outer ones, its `$schema` and `$id` go. */
function inline(schema: SchemaObject): { body: SchemaObject; definitions: Readonly<Record<string, SchemaObject>> } {
  const { $schema: _schema, $id: _id, $defs, ...body } = schema;
  return { body, definitions: $defs as Readonly<Record<string, SchemaObject>> };
}

const profile = inline(profileSchema);
const blob = inline(blobSchema);

/** A name or file, or the document itself. */
function documentOr(name: string): SchemaObject {
  return { type: ['string', 'object'], description: `a name, a file or a ${name} object`, if: { type: 'object' }, then: ref(`${name}Document`) };
}

export const eventSchema: SchemaObject = shape(
  { type: { type: 'string', enum: eventTypes, description: 'the type of an event' } },
  {
    module: 'name',
    parameters: 'text',
    guest: 'name',
    name: 'name',
    model: 'guestModel',
    cpuid: 'cpuidRows',
    direction: { type: 'string', enum: ['away', 'back'], description: '"away" or "back"' },
    cpus: 'cpus',
    cpu: 'cpu',
    msr: 'msrIndex',
    value: 'hex64',
    blob: 'blobSource',
    force: 'names',
    note: 'text',
  },
);

/** A timeline: where it starts, and the events in their order. */
export const scenarioSchema: SchemaObject = publish(
  'scenario',
  'cpueval scenario: a timeline of events on one machine',
  shape(
    { profile: 'profileSource', events: listOf('event') },
    {
      id: 'name',
      title: 'name',
      blob: 'blobSource',
      kernel: 'text',
      cmdline: 'text',
      config: 'strings',
      msrs: 'msrValues',
      early: { type: 'string', enum: ['same', 'none'], description: '"same" (as the late loader finds) or "none"' },
      policy: 'policy',
      patches: 'text',
      inhibit: 'flag',
      force: 'names',
      strict: 'flag',
      guard: 'guardMode',
    },
  ),
  {
    ...profile.definitions,
    ...blob.definitions,
    profileDocument: profile.body,
    blobDocument: blob.body,
    profileSource: documentOr('profile'),
    blobSource: documentOr('blob'),
    event: eventSchema,
  },
);

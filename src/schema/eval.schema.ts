import { publish, type SchemaObject, shape } from './definitions.ts';

const evidence = { type: 'string', enum: ['exact', 'same-line', 'nearest'], description: '"exact", "same-line" or "nearest"' };

/** What one boot gives: shared with the states of a diff and the steps of a run. */
export const evalBody = shape(
  {
    kernel: 'kernel',
    cmdline: 'text',
    cpu: 'cpuIdentity',
    cpuinfo: 'cpuinfo',
    vulnerabilities: 'strings',
    smt: 'smt',
    tainted: 'texts',
    engaged: 'object',
    log: 'texts',
  },
  { otherCpus: 'otherCpus', kvm: 'kvm', unknown: 'unknownInputs' },
);

export const evalDefinitions: Readonly<Record<string, SchemaObject>> = {
  evidence,
  kernel: shape({ line: 'text', release: 'text', evidence: 'evidence' }),
  cpuIdentity: shape(
    { vendor: 'text', family: 'count', model: 'count', stepping: 'count', signature: 'hex32', name: 'text', microcode: 'nullableHex64' },
    { codename: 'nullableText' },
  ),
  cpuinfo: shape({ flags: 'texts', bugs: 'texts', vmxFlags: 'texts' }),
  otherCpus: { type: 'array', items: shape({ cpus: 'cpus' }, { flags: 'texts', bugs: 'texts', vmxFlags: 'texts', microcode: 'hex32' }) },
  smt: shape({ control: 'text', active: 'flag' }),
  kvm: {
    ...shape({ module: 'text', caps: { type: 'object', additionalProperties: { $ref: '#/$defs/hex32' } } }, { archCapabilities: 'nullableHex64' }),
    type: ['object', 'null'],
  },
  inputsByName: { type: 'object', additionalProperties: { $ref: '#/$defs/texts' }, description: 'an object of lists of inputs' },
  unknownInputs: shape({ vulnerabilities: 'inputsByName', flags: 'inputsByName', bugs: 'inputsByName' }),
  evalDocument: evalBody,
};

/** What a kernel says about a CPU after a cold boot. */
export const evalSchema: SchemaObject = publish('eval', 'cpueval eval: one boot of a kernel on a CPU', evalBody, evalDefinitions);

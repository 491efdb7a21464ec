/** The smallest valid documents: tests change one thing at a time in them. */
const row = { leaf: '0x0', subleaf: '0x0', eax: '0x16', ebx: '0x756e6547', ecx: '0x6c65746e', edx: '0x49656e69' };

/** @returns a new valid profile with every optional part. */
export function sampleProfile(): Record<string, unknown> {
  return structuredClone({
    schema: 'cpueval/profile/1',
    id: 'sample',
    title: 'Sample',
    source: { kind: 'synthetic', from: 'a test' },
    cpuid: [row, { ...row, leaf: '0x7' }, { ...row, leaf: '0x7', subleaf: '0x1' }],
    msrs: { '0x10a': '0x0000000000002000', '0x122': null },
    absentMsrs: 'zero',
    msrWritable: { '0x49': '0x81' },
    behaviours: { nullSelectorClearsBase: true },
    microcode: { revision: '0xc6', platformId: 7, perCpu: [{ cpus: [1], revision: '0xc2' }] },
    topology: { packages: 1, coresPerPackage: 4, threadsPerCore: 2, nodes: 1, offline: [] },
    otherCores: [{ cpus: [16], cpuid: [], msrs: {} }],
    system: {
      kernel: '6.12',
      cmdline: 'quiet',
      config: { CONFIG_MICROCODE_LATE_LOADING: 'y' },
      memoryBytes: 536870912,
      earlyMicrocode: '0xc2',
      modules: ['kvm_intel'],
      guests: [{ name: 'web-1', model: 'host-passthrough', cpuid: [] }],
      processes: [{ name: 'postgres' }],
    },
  });
}

/** @returns a new valid descriptor with one effect of each variant. */
export function sampleBlob(): Record<string, unknown> {
  return structuredClone({
    schema: 'cpueval/blob/1',
    id: 'sample',
    vendor: 'GenuineIntel',
    revision: '0xcc',
    date: '2025-08-12',
    applies: [{ signature: '0x506e3', platformFlags: '0x36' }],
    minRevision: '0x0',
    file: { state: 'present', integrity: 'valid' },
    effects: [
      { bit: 'cpuid:7.0.edx[10]', change: 'set', source: 'a test', when: 'at-load', confidence: 'high' },
      { bit: 'msr:10a[7]', change: 'clear' },
      { msr: '0x122', exists: true, value: '0x0' },
      { msr: '0x49', writable: '0x81' },
      { register: 'cpuid:d.0.ebx', value: '0x340' },
      { behaviour: 'srbds-mitigation-on', note: 'as the guide says' },
    ],
    unknownEffects: false,
  });
}

/** @returns a new valid scenario. */
export function sampleScenario(): Record<string, unknown> {
  return {
    schema: 'cpueval/scenario/1',
    profile: 'sample',
    blob: sampleBlob(),
    kernel: '6.12',
    policy: 'mainline',
    guard: 'off',
    events: [{ type: 'boot' }, { type: 'kvm-load', module: 'kvm_intel' }, { type: 'microcode-late-load' }, { type: 'reboot' }],
  };
}

/** Changes the value at a path of keys and indexes; undefined removes the key. */
export function put(document: Record<string, unknown>, path: readonly (string | number)[], value: unknown): Record<string, unknown> {
  const last = path[path.length - 1] ?? '';
  const holder = path.slice(0, -1).reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], document) as Record<string | number, unknown>;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return document;
}

import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { type CaptureOptions, type CaptureOutcome, captureProfile } from '../../src/capture/capture-profile.ts';
import type { Fallback } from '../../src/capture/cores.ts';
import type { Profile } from '../../src/data/contract/profile.ts';
import { etallen } from '../../src/importers/etallen.ts';
import { proc } from '../../src/importers/proc.ts';
import { validateProfile } from '../../src/schema/validate-profile.ts';
import { builtInProfile, changed, register } from '../fixtures/capture/built-in-profile.ts';
import { type FakeMachine, fakeReader, machineOf } from '../fixtures/capture/fake-machine.ts';

const skylake = builtInProfile('skylake-06-5e-03-c6');
const cascade = builtInProfile('cascadelake-06-55-07-5003605');
const rome = builtInProfile('rome-17-31-00-8301055');
const turin = builtInProfile('turin-1a-02-01');

const SYSTEM = {
  'proc/sys/kernel/osrelease': '6.12.107+deb13-amd64\n',
  'proc/sys/kernel/hostname': 'web-host-1\n',
  'proc/cmdline': 'BOOT_IMAGE=/vmlinuz root=UUID=1 tsx=on mitigations=auto,nosmt -- init=1 secret=2\n',
  'proc/meminfo': 'MemTotal:       16384000 kB\nMemFree:  1 kB\n',
  'proc/modules': 'kvm_intel 389120 4 - Live 0x0\nkvm 1159168 1 kvm_intel, Live 0x0\next4 983040 1 - Live 0x0\n',
  'boot/config-6.12.107+deb13-amd64':
    'CONFIG_MICROCODE=y\n# CONFIG_MICROCODE_LATE_LOADING is not set\nCONFIG_MITIGATION_RETPOLINE=y\nCONFIG_MITIGATION_MDS=y\nCONFIG_HZ=250\nCONFIG_SMP=y\n',
};

const fromProc: Fallback = {
  name: 'the flags in /proc/cpuinfo',
  read: (reader) => {
    const bytes = reader.read('proc/cpuinfo');
    return typeof bytes === 'string' ? null : (proc.import({ name: 'proc/cpuinfo', files: [{ name: 'proc/cpuinfo', bytes }] }).profiles[0] ?? null);
  },
};

/** Captures and holds the result against the schema: no test here may pass with a profile that nothing else would read. */
function capture(machine: FakeMachine, options: CaptureOptions = {}): CaptureOutcome & { readonly profile: Profile } {
  const outcome = captureProfile(fakeReader(machine), options);
  assert.deepEqual(outcome.problems, []);
  assert.ok(outcome.profile);
  assert.deepEqual(validateProfile(outcome.profile), []);
  return { ...outcome, profile: outcome.profile };
}

const said = ({ notes }: CaptureOutcome, words: RegExp): boolean => notes.some((note) => words.test(note));

test('root and both devices: everything a profile holds', () => {
  const machine = machineOf({ ...skylake, msrs: { ...skylake.msrs, '0x17': '0x4000000000000', '0x3a': '0x5' } }, SYSTEM);
  const outcome = capture(machine);
  const { profile } = outcome;
  assert.equal(profile.id, 'web-host-1');
  assert.deepEqual(profile.source.kind, 'captured');
  assert.equal(profile.microcode.revision, '0xc6');
  assert.equal(profile.microcode.platformId, skylake.microcode.platformId ?? 1);
  assert.deepEqual(profile.topology, { packages: 1, coresPerPackage: 1, threadsPerCore: 2, nodes: 1 });
  assert.equal(profile.msrs?.['0x3a'], '0x5');
  assert.equal(profile.absentMsrs, 'unknown');
  assert.equal(profile.partial, undefined);
  assert.equal(profile.system?.kernel, '6.12.107+deb13-amd64');
  assert.equal(profile.system?.cmdline, 'BOOT_IMAGE=/vmlinuz root=UUID=1 tsx=on mitigations=auto,nosmt');
  assert.equal(profile.system?.memoryBytes, 16_384_000 * 1024);
  assert.deepEqual(profile.system?.modules, ['ext4', 'kvm', 'kvm_intel']);
  assert.equal(profile.system?.config?.CONFIG_MICROCODE_LATE_LOADING, 'n');
  assert.equal(profile.system?.config?.CONFIG_HZ, undefined);
  assert.equal(said(outcome, /not read|not known/), false, outcome.notes.join('\n'));
});

test('every leaf and subleaf that the CPU has, and nothing beyond', () => {
  for (const name of ['skylake-06-5e-03-c6', 'sapphirerapids-06-8f-04', 'clearwaterforest-06-dd-00', 'turin-1a-02-01', 'naples-17-01-02-8001207']) {
    const profile = builtInProfile(name);
    const captured = capture(machineOf(profile)).profile.cpuid;
    const last = (base: number): number => register(profile.cpuid, base, 0, 'eax');
    const wanted = profile.cpuid.filter(({ leaf, eax, ebx, ecx, edx }) => {
      const number = Number(leaf);
      const inside = number <= last(0) || (number >= 0x8000_0000 && number <= last(0x8000_0000));
      return inside && number !== 0xd && [eax, ebx, ecx, edx].some((word) => Number(word) !== 0);
    });
    for (const row of wanted) {
      // Answers beyond the end of a list are none: a terminator numbers itself in ECX.
      const got = captured.find((one) => Number(one.leaf) === Number(row.leaf) && Number(one.subleaf) === Number(row.subleaf));
      if (!got) assert.equal([0xb, 0x1f, 0x8000_0026].includes(Number(row.leaf)), true, `${name}: leaf ${row.leaf}.${row.subleaf} is missing`);
      else if (Number(row.leaf) !== 1 && Number(row.leaf) !== 7) assert.deepEqual({ ...got }, { ...row }, `${name}: leaf ${row.leaf}.${row.subleaf}`);
    }
    for (const row of captured) assert.ok(Number(row.leaf) <= last(0) || Number(row.leaf) >= 0x4000_0000, `${name}: leaf ${row.leaf} is beyond the last`);
  }
});

test('bits that follow CR4 and XCR0 stand as at reset', () => {
  const rows = changed(changed(skylake.cpuid, 1, 0, 'ecx', 1 << 27), 7, 0, 'ecx', 1 << 4);
  const { profile } = capture(machineOf({ ...skylake, cpuid: rows }));
  assert.equal((register(profile.cpuid, 1, 0, 'ecx') >>> 27) & 1, 0);
  assert.equal((register(profile.cpuid, 7, 0, 'ecx') >>> 4) & 1, 0);
  assert.equal(register(profile.cpuid, 0xd, 0, 'ebx'), 576);
});

test('no root: what cpuinfo says, marked as partial, and how to get the rest', () => {
  const flags = 'fpu vme de pse tsc msr pae cx8 apic sse sse2 ht lm avx2 md_clear arch_capabilities';
  const cpuinfo = [0, 1]
    .map(
      (cpu) =>
        `processor\t: ${cpu}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 94\nmodel name\t: Some Core\nstepping\t: 3\nmicrocode\t: 0xf0\nphysical id\t: 0\nsiblings\t: 2\ncore id\t\t: 0\ncpu cores\t: 1\nflags\t\t: ${flags}\nbugs\t\t: mds\n`,
    )
    .join('\n');
  const files = { 'proc/cpuinfo': cpuinfo, 'proc/sys/kernel/osrelease': '6.1.0-50-amd64\n', 'boot/config-6.1.0-50-amd64': 'denied' as const };
  const outcome = capture({ files, cpuid: { 0: 'denied', 1: 'denied' }, msrs: { 0: 'denied' } }, { fallbacks: [fromProc] });
  const { profile } = outcome;
  assert.equal(profile.partial, true);
  assert.equal(profile.microcode.revision, '0xf0');
  assert.equal((register(profile.cpuid, 7, 0, 'edx') >>> 10) & 1, 1);
  assert.deepEqual(profile.topology, { packages: 1, coresPerPackage: 1, threadsPerCore: 2 });
  assert.ok(said(outcome, /no permission for \/dev\/cpu\/0\/cpuid \(run as root/));
  assert.ok(said(outcome, /no permission for \/dev\/cpu\/0\/msr \(run as root/));
  assert.ok(said(outcome, /configuration is not known .*boot\/config-6\.1\.0-50-amd64/));
  assert.deepEqual(profile.source.notes, outcome.notes);
});

test('the output of cpuid -r stands in for the device, and MSRs are still read', () => {
  const text = `CPU 0:\n${skylake.cpuid.map((row) => `   0x${Number(row.leaf).toString(16).padStart(8, '0')} 0x${Number(row.subleaf).toString(16).padStart(2, '0')}: eax=${row.eax} ebx=${row.ebx} ecx=${row.ecx} edx=${row.edx}`).join('\n')}\n`;
  const tool: Fallback = {
    name: 'cpuid -r',
    read: () => etallen.import({ name: '-', files: [{ name: '-', bytes: new TextEncoder().encode(text) }] }).profiles[0] ?? null,
  };
  const { cpuid: _none, ...rest } = machineOf(skylake, SYSTEM);
  const outcome = capture(rest, { fallbacks: [tool, fromProc] });
  assert.equal(outcome.profile.partial, undefined);
  assert.equal(register(outcome.profile.cpuid, 7, 0, 'ebx'), register(skylake.cpuid, 7, 0, 'ebx'));
  assert.ok(Object.keys(outcome.profile.msrs ?? {}).length > 5);
  assert.ok(said(outcome, /there is no \/dev\/cpu\/0\/cpuid \(as root: modprobe cpuid/));
  assert.equal(said(outcome, /revision is not known/), false);
});

test('nothing at all is a problem that says what was looked for', () => {
  const outcome = captureProfile(fakeReader({}));
  assert.equal(outcome.profile, null);
  assert.equal(outcome.problems[0]?.code, 'no-registers');
});

test('TSX that TSX_CTRL hides is put back and said, and the MSR stands as at reset', () => {
  const rows = changed(cascade.cpuid, 7, 0, 'ebx', 0, (1 << 11) | (1 << 4));
  const hidden = machineOf({ ...cascade, cpuid: rows, msrs: { ...cascade.msrs, '0x122': '0x3' } });
  const outcome = capture(hidden);
  assert.equal(register(outcome.profile.cpuid, 7, 0, 'ebx') & ((1 << 11) | (1 << 4)), (1 << 11) | (1 << 4));
  assert.equal(outcome.profile.msrs?.['0x122'], '0x0');
  assert.ok(said(outcome, /RTM and HLE are put back.*TSX_CTRL \(MSR 0x122\)/));
  assert.ok(said(outcome, /stand as at reset: .*0x122/));
  // Firmware may have left TSX out: then nothing hides it.
  const without = capture(machineOf({ ...cascade, cpuid: rows, msrs: { ...cascade.msrs, '0x122': '0x0' } }));
  assert.equal(register(without.profile.cpuid, 7, 0, 'ebx') & (1 << 11), 0);
});

test('TSX behind TSX_FORCE_ABORT: put back where the kernel saw it when it booted', () => {
  const rows = changed(skylake.cpuid, 7, 0, 'ebx', 0, (1 << 11) | (1 << 4));
  const machine = (taa: string): FakeMachine =>
    machineOf({ ...skylake, cpuid: rows, msrs: { ...skylake.msrs, '0x10f': '0x2' } }, { 'sys/devices/system/cpu/vulnerabilities/tsx_async_abort': taa });
  assert.ok(said(capture(machine('Mitigation: TSX disabled\n')), /put back.*TSX_FORCE_ABORT \(MSR 0x10f\)/));
  assert.equal(said(capture(machine('Not affected\n')), /put back/), false);
});

test('without MSRs, hidden TSX is named and not guessed at', () => {
  const rows = changed(cascade.cpuid, 7, 0, 'ebx', 0, (1 << 11) | (1 << 4));
  const { msrs: _none, ...rest } = machineOf(
    { ...cascade, cpuid: rows },
    { 'sys/devices/system/cpu/vulnerabilities/tsx_async_abort': 'Mitigation: TSX disabled\n' },
  );
  const outcome = capture(rest);
  assert.equal(register(outcome.profile.cpuid, 7, 0, 'ebx') & (1 << 11), 0);
  assert.ok(said(outcome, /RTM and HLE are missing because the running kernel has switched TSX off/));
});

test("AMD: what the kernel overrides in CPUID is put back on the families where it does, firmware's choices stay", () => {
  const noRdseed = changed(turin.cpuid, 7, 0, 'ebx', 0, 1 << 18);
  const zen5 = capture(machineOf({ ...turin, cpuid: noRdseed, msrs: { ...turin.msrs, '0xc0011002': '0x0' } }));
  assert.equal((register(zen5.profile.cpuid, 7, 0, 'ebx') >>> 18) & 1, 1);
  assert.equal(zen5.profile.msrs?.['0xc0011002'], '0x40000');
  assert.ok(said(zen5, /RDSEED is put back: .*0xc0011002/));

  const zen2 = capture(machineOf({ ...rome, cpuid: changed(rome.cpuid, 7, 0, 'ebx', 0, 1 << 18), msrs: { ...rome.msrs, '0xc0011002': '0x0' } }));
  assert.equal((register(zen2.profile.cpuid, 7, 0, 'ebx') >>> 18) & 1, 0);

  const stoney = changed(changed(rome.cpuid, 1, 0, 'eax', 0x0067_0f00, 0xffff_ffff), 1, 0, 'ecx', 0, 1 << 30);
  const family15 = capture(machineOf({ ...rome, cpuid: stoney, msrs: { '0xc0011004': '0x0' } }));
  assert.equal((register(family15.profile.cpuid, 1, 0, 'ecx') >>> 30) & 1, 1);
  assert.equal(family15.profile.msrs?.['0xc0011004'], '0x4000000000000000');
});

test('AMD: no Intel MSR is asked for but those of vulnerabilities, and what bugs say of null selectors is kept', () => {
  const reader = fakeReader(machineOf(rome, { 'proc/cpuinfo': 'processor\t: 0\nbugs\t\t: sysret_ss_attrs spectre_v1\n' }));
  const { profile } = captureProfile(reader);
  assert.deepEqual(profile?.behaviours, { nullSelectorClearsBase: true });
  assert.equal(reader.asked.includes('dev/cpu/0/msr 0x1a0'), false);
  assert.ok(reader.asked.includes('dev/cpu/0/msr 0x10a'));
  assert.ok(reader.asked.includes('dev/cpu/0/msr 0xc0010015'));
});

test('hybrids: another kind of core stands by itself; who answers, and when, makes no kind', () => {
  const small = changed(changed(skylake.cpuid, 7, 0, 'ebx', 0, 1 << 5), 1, 0, 'ebx', 0x0400_0000);
  const second = changed(skylake.cpuid, 1, 0, 'ebx', 0x0100_0000);
  const machine = machineOf({ ...skylake, topology: { packages: 1, coresPerPackage: 4, threadsPerCore: 1 } });
  const hybrid = { ...machine, cpuid: { 0: skylake.cpuid, 1: second, 2: small, 3: small } };
  const { profile } = capture(hybrid);
  assert.deepEqual(
    profile.otherCores?.map(({ cpus }) => cpus),
    [[2, 3]],
  );
  assert.equal(register(profile.otherCores?.[0]?.cpuid ?? [], 7, 0, 'ebx') & (1 << 5), 0);
  assert.ok(Object.keys(profile.otherCores?.[0]?.msrs ?? {}).length > 5);
});

test('a CPU whose device is silent is taken to be like the first, and said', () => {
  const machine = machineOf(skylake);
  const outcome = capture({ ...machine, cpuid: { 0: skylake.cpuid, 1: 'failed' } });
  assert.equal(outcome.profile.otherCores, undefined);
  assert.ok(said(outcome, /CPUID of CPU 1 is not read/));
});

test('mixed microcode: revisions that differ stand by CPU; without sysfs the MSR tells them', () => {
  const machine = machineOf(skylake, { 'sys/devices/system/cpu/cpu1/microcode/version': '0xf0\n' });
  assert.deepEqual(capture(machine).profile.microcode.perCpu, [{ cpus: [1], revision: '0xf0' }]);
  const files = Object.fromEntries(Object.entries(machine.files ?? {}).filter(([path]) => !path.includes('/microcode/')));
  const byMsr = { ...machine, files, msrs: { 0: { '0x8b': '0xc600000000', '0x17': '0x10000000000000' }, 1: { '0x8b': '0xc600000000' } } };
  assert.deepEqual(capture(byMsr).profile.microcode, { revision: '0xc6', platformId: 4 });
  const amd = { ...machineOf(rome), files: {}, msrs: { 0: { '0x8b': '0x8301055' } } };
  assert.equal(capture(amd).profile.microcode.revision, '0x8301055');
});

test('/proc/config.gz comes before the file in /boot; a bomb or damage falls back and is said', () => {
  const zipped = gzipSync('CONFIG_MICROCODE=y\nCONFIG_SMP=n\n');
  assert.equal(capture(machineOf(skylake, { ...SYSTEM, 'proc/config.gz': zipped })).profile.system?.config?.CONFIG_SMP, 'n');
  for (const bytes of [gzipSync(new Uint8Array(64 * 1024 * 1024)), zipped.subarray(0, 20), new Uint8Array(100)]) {
    const outcome = capture(machineOf(skylake, { ...SYSTEM, 'proc/config.gz': bytes }));
    assert.equal(outcome.profile.system?.config?.CONFIG_SMP, 'y');
    assert.ok(said(outcome, /config\.gz is damaged or too large/));
  }
});

test('early-load image: the reader is handed the CPU, and what it finds stands in the profile', () => {
  const files = { ...SYSTEM, 'boot/initrd.img-6.12.107+deb13-amd64': '070701...' };
  const asked: unknown[] = [];
  const earlyRevision: NonNullable<CaptureOptions['earlyRevision']> = (_image, cpu) => {
    asked.push(cpu);
    return 0xf0;
  };
  const outcome = capture(machineOf({ ...skylake, microcode: { revision: '0xc6', platformId: 1 } }, files), { earlyRevision });
  assert.equal(outcome.profile.system?.earlyMicrocode, '0xf0');
  assert.deepEqual(asked, [{ vendor: 'GenuineIntel', signature: 0x506e3, platformId: 1 }]);
  const none = capture(machineOf(skylake, { ...SYSTEM, 'boot/initrd.img-6.12.107+deb13-amd64': 'denied' }), { earlyRevision });
  assert.ok(said(none, /early-load image is not known: no permission/));
});

test('the same machine gives the same bytes', () => {
  const machine = machineOf(cascade, SYSTEM);
  assert.equal(JSON.stringify(capture(machine).profile), JSON.stringify(capture(machine).profile));
});

test('devices are closed again', () => {
  const reader = fakeReader(machineOf(cascade, SYSTEM));
  captureProfile(reader);
  assert.deepEqual([...reader.open_], []);
});

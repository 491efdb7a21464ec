import assert from 'node:assert/strict';
import test from 'node:test';
import type { CpuidRow, Profile } from '../../../src/data/contract/profile.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import type { KvmTables } from '../../../src/data/kernels/types.ts';
import type { Boot } from '../../../src/engine/boot/boot.ts';
import { copyCpu } from '../../../src/engine/boot/cpu.ts';
import { archCapabilitiesOffered } from '../../../src/engine/kvm/arch-capabilities.ts';
import { unfitForKvm, unfitOnline } from '../../../src/engine/kvm/cpu-compat.ts';
import type { KvmLoad, KvmModule, KvmState } from '../../../src/engine/kvm/kvm-state.ts';
import { enableVirtualization, loadKvm, unloadKvm } from '../../../src/engine/kvm/load-kvm.ts';
import { supportedCpuid } from '../../../src/engine/kvm/supported-cpuid.ts';
import { cpuidKey, cpuidOf, type Silicon } from '../../../src/engine/silicon/silicon.ts';
import { identified, tablesOf } from '../loader/support.ts';

type Line = '6.1' | '6.12' | '7.2';
const LINES: readonly Line[] = ['6.1', '6.12', '7.2'];
const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** CPUID registers by name, `7.0.edx`. */
type Leaves = Readonly<Record<string, number>>;

interface Host {
  readonly line: Line;
  readonly vendor?: 'intel' | 'amd';
  readonly signature?: number;
  readonly leaves?: Leaves;
  readonly msrs?: Readonly<Record<string, string | null>>;
  readonly writable?: Readonly<Record<string, string>>;
  readonly absent?: 'unknown' | 'zero' | 'fault';
  readonly features?: readonly string[];
  readonly bugs?: readonly string[];
  readonly cmdline?: string;
  readonly config?: Readonly<Record<string, string>>;
}

const INTEL = { '0.ebx': 0x756e6547, '0.edx': 0x49656e69, '0.ecx': 0x6c65746e };
const AMD = { '0.ebx': 0x68747541, '0.edx': 0x69746e65, '0.ecx': 0x444d4163 };
/** FPU, FXSR, NX, XSAVE, VMX or SVM, RDTSCP: what KVM cannot do without, and a little more. */
const BASE: Leaves = {
  '0.eax': 0x24,
  '1.ecx': (1 << 5) | (1 << 26),
  '1.edx': (1 << 0) | (1 << 24),
  'd.0.eax': 7,
  '80000000.eax': 0x80000022,
  '80000001.ecx': 1 << 2,
  '80000001.edx': ((1 << 20) | (1 << 27) | (1 << 29)) >>> 0,
};

function rowsOf(leaves: Leaves): CpuidRow[] {
  const rows = new Map<string, Record<string, string>>();
  for (const [name, value] of Object.entries(leaves)) {
    const parts = name.split('.');
    const key = parts.length === 3 ? `${parts[0]}.${parts[1]}` : `${parts[0]}.0`;
    const row = rows.get(key) ?? { eax: '0x0', ebx: '0x0', ecx: '0x0', edx: '0x0' };
    row[parts.at(-1) ?? ''] = hex(value >>> 0);
    rows.set(key, row);
  }
  return [...rows].map(([key, row]) => ({ leaf: `0x${key.split('.')[0]}`, subleaf: hex(Number(key.split('.')[1])), ...row }) as CpuidRow);
}

async function hostOf(host: Host): Promise<{ b: Boot; kvmTables: KvmTables }> {
  const amd = host.vendor === 'amd';
  const leaves = { ...(amd ? AMD : INTEL), ...BASE, '1.eax': host.signature ?? (amd ? 0xa00f11 : 0x606a6), ...host.leaves };
  const profile: Profile = {
    schema: 'cpueval/profile/1',
    id: 'test',
    title: 'test',
    source: { kind: 'synthetic', from: 'test' },
    cpuid: rowsOf(leaves),
    ...(host.msrs ? { msrs: host.msrs } : {}),
    ...(host.absent ? { absentMsrs: host.absent } : {}),
    ...(host.writable ? { msrWritable: host.writable } : {}),
    microcode: { revision: '0x1' },
  };
  const tables = await tablesOf(host.line);
  const b = identified(tables, profile, { cmdline: host.cmdline ?? '', ...(host.config ? { options: host.config } : {}) });
  for (const [word, leaf, subleaf, register] of tables.words) b.cpu.words[word] = cpuidOf(b.silicon, leaf, subleaf)[register];
  for (const feature of ['MSR_IA32_FEAT_CTL', 'ARCH_CAPABILITIES', ...(host.features ?? [])]) b.set(feature, 'test');
  for (const bug of host.bugs ?? []) b.setBug(bug, 'test');
  const kvmTables = (await kernelLines.find((one) => one.line === host.line)?.loadKvm())?.kvm;
  assert.ok(kvmTables);
  return { b, kvmTables };
}

async function tryLoad(host: Host, parameters = '', silicon?: Silicon): Promise<KvmLoad & { b: Boot }> {
  const { b, kvmTables } = await hostOf(host);
  const module: KvmModule = host.vendor === 'amd' ? 'kvm_amd' : 'kvm_intel';
  return { ...loadKvm(b, { module, tables: kvmTables, parameters, ...(silicon ? { silicon } : {}) }), b };
}

async function load(host: Host, parameters = '', silicon?: Silicon): Promise<KvmState> {
  const { kvm, findings } = await tryLoad(host, parameters, silicon);
  assert.ok(kvm, JSON.stringify(findings));
  return kvm;
}

const bit = (kvm: KvmState, register: string, at: number): boolean => (((kvm.words.find((word) => word.register === register)?.value ?? 0) >>> at) & 1) === 1;

/** VMX capability MSRs with every control allowed and none forced, less some. */
function vmxMsrs(less: Readonly<Record<string, readonly number[]>> = {}): Record<string, string> {
  const all = (name: string): string => hex(((0xffffffffn & ~(less[name] ?? []).reduce((mask, at) => mask | (1n << BigInt(at)), 0n)) << 32n) | 0n);
  return {
    '0x480': hex((6n << 50n) | (4096n << 32n) | (1n << 56n)),
    '0x481': all('pin'),
    '0x482': all('processor'),
    '0x483': all('exit'),
    '0x484': all('entry'),
    '0x485': hex(1n << 14n),
    '0x48b': all('secondary'),
    '0x48c': hex((0xf01n << 32n) | 0x6734141n | (1n << 26n) | (1n << 14n)),
    '0x492': '0x10',
  };
}

test('each module refuses what it cannot run on', async () => {
  for (const line of LINES) {
    assert.deepEqual((await tryLoad({ line, leaves: { '1.ecx': 0 } })).findings[0]?.code, 'kvm-no-vmx');
    const { b, kvmTables } = await hostOf({ line });
    b.clear('MSR_IA32_FEAT_CTL', 'test');
    assert.deepEqual(
      [loadKvm(b, { module: 'kvm_intel', tables: kvmTables }).errno, loadKvm(b, { module: 'kvm_amd', tables: kvmTables }).findings[0]?.code],
      ['EOPNOTSUPP', 'kvm-no-svm'],
    );
    assert.equal((await tryLoad({ line, vendor: 'amd', leaves: { '80000001.ecx': 0 } })).findings[0]?.code, 'kvm-no-svm');
    assert.equal((await tryLoad({ line, vendor: 'amd', leaves: { '80000001.edx': 0 } })).findings[0]?.code, 'kvm-no-nx');
    assert.equal((await tryLoad({ line, leaves: { '80000001.edx': 0 } }, 'kvm_intel.ept=0')).findings[0]?.code, 'kvm-no-nx');
    assert.equal((await tryLoad({ line, config: { CONFIG_KVM_INTEL: 'n' } })).findings[0]?.code, 'kvm-not-built');
    assert.equal((await tryLoad({ line, vendor: 'amd', config: { CONFIG_KVM_AMD: 'n' } })).errno, 'ENOENT');
    const off = await tryLoad({ line, vendor: 'amd', msrs: { '0xc0010114': '0x10' } });
    assert.equal(off.findings[0]?.code ?? null, line === '6.1' ? 'kvm-svm-disabled' : null);
  }
});

test('a missing VMX control keeps kvm_intel out, and contradictions do unless told otherwise', async () => {
  const fails = async (msrs: Record<string, string>, parameters = ''): Promise<string | undefined> => {
    const { findings, errno } = await tryLoad({ line: '6.12', msrs }, parameters);
    assert.equal(errno, findings.length > 0 ? 'EIO' : null);
    return findings[0]?.args.field as string | undefined;
  };
  assert.equal(await fails(vmxMsrs()), undefined);
  assert.equal(await fails(vmxMsrs({ processor: [7] })), 'processor');
  assert.equal(await fails(vmxMsrs({ pin: [3] })), 'pin');
  assert.equal(await fails(vmxMsrs({ exit: [9] })), 'exit');
  assert.equal(await fails(vmxMsrs({ entry: [2] })), 'entry');
  assert.equal(await fails(vmxMsrs({ entry: [16] })), 'entry-exit-pair');
  assert.equal(await fails(vmxMsrs({ entry: [16] }), 'kvm-intel.error_on_inconsistent_vmcs_config=0'), undefined);
  assert.equal(await fails(vmxMsrs({ secondary: [1] })), 'ept');
  assert.equal(await fails(vmxMsrs({ secondary: [5] })), 'vpid');
  assert.equal(await fails(vmxMsrs({ secondary: [1, 5] }), 'kvm-intel.error_on_inconsistent_vmcs_config=n'), undefined);
  assert.equal(await fails({ ...vmxMsrs(), '0x480': hex((6n << 50n) | (5000n << 32n)) }), 'basic');
  assert.equal(await fails({ ...vmxMsrs(), '0x480': hex((6n << 50n) | (1n << 48n)) }), 'basic');
  assert.equal(await fails({ ...vmxMsrs(), '0x480': '0x0' }), 'basic');
  assert.equal(await fails({ ...vmxMsrs(), '0x482': hex((0xffffffffn << 32n) | (1n << 17n)) }), undefined);
});

test('VMX controls that are not there take features from guests', async () => {
  const leaves = { '7.0.ebx': ((1 << 10) | (1 << 2)) >>> 0, '7.0.ecx': (1 << 22) | (1 << 5), 'd.1.eax': 8, '12.0.eax': 3 };
  const host: Host = { line: '6.12', leaves, msrs: vmxMsrs(), features: ['SGX1', 'SGX2'] };
  const full = await load(host);
  const places: readonly (readonly [string, number, number])[] = [
    ['7.0.ebx', 10, 12],
    ['d.1.eax', 3, 20],
    ['80000001.edx', 27, 3],
    ['7.0.ecx', 22, 3],
    ['7.0.ecx', 5, 26],
    ['7.0.ebx', 2, 15],
    ['12.0.eax', 0, 15],
  ];
  for (const [register, at, control] of places) {
    assert.ok(bit(full, register, at), `${register}[${at}]`);
    assert.ok(!bit(await load({ ...host, msrs: vmxMsrs({ secondary: [control] }) }), register, at), `${register}[${at}] without control ${control}`);
  }
  assert.ok(!bit(await load({ ...host, leaves: { ...leaves, '12.0.eax': 2 } }), '7.0.ebx', 2), 'ENCLS exiting needs SGX');
  assert.ok(!bit(await load(host, 'kvm-intel.sgx=0'), '7.0.ebx', 2));
  assert.ok(!bit(await load({ ...host, config: { CONFIG_X86_SGX_KVM: 'n' } }), '7.0.ebx', 2));
  assert.ok(bit(full, '7.0.ecx', 2), 'UMIP is emulated where the host has none');
  assert.ok(!bit(await load({ ...host, msrs: vmxMsrs({ secondary: [2] }) }), '7.0.ecx', 2));
  const noSecondary = await load({ ...host, msrs: { ...vmxMsrs({ processor: [31] }), '0x48c': '0x0' } });
  assert.deepEqual([noSecondary.vmcs?.secondary, noSecondary.tdpEnabled], [0, false]);
  const noShadow = await load({ ...host, msrs: vmxMsrs({ processor: [21] }) });
  assert.equal((noShadow.vmcs?.pin ?? 0) & 0x80, 0);
});

test('module parameters of kvm_intel', async () => {
  const host: Host = { line: '6.12', leaves: { '7.0.ecx': (1 << 3) | (1 << 4) }, msrs: vmxMsrs() };
  const plain = await load(host);
  assert.deepEqual([bit(plain, '1.ecx', 5), bit(plain, '7.0.ecx', 3), bit(plain, '80000001.edx', 26), plain.tdpEnabled], [true, true, false, true]);
  assert.ok(!bit(await load(host, 'kvm_intel.nested=0'), '1.ecx', 5));
  const shadow = await load({ ...host, cmdline: 'kvm-intel.ept=off' });
  assert.deepEqual([bit(shadow, '7.0.ecx', 3), bit(shadow, '80000001.edx', 26), shadow.tdpEnabled], [false, true, false]);
  assert.ok((await load({ ...host, cmdline: 'kvm-intel.ept=off' }, 'kvm_intel.ept')).tdpEnabled, 'the last one counts, and the bare word means yes');
  for (const less of [6, 14, 26])
    assert.ok(
      !(await load({ ...host, msrs: { ...vmxMsrs(), '0x48c': hex((0xf01n << 32n) | ((0x6734141n | (1n << 26n) | (1n << 14n)) & ~(1n << BigInt(less)))) } }))
        .tdpEnabled,
    );
  for (const bad of ['kvm_intel.ept=maybe', 'kvm.nx_huge_pages=sometimes', 'kvm_intel.vmentry_l1d_flush=often', 'kvm_intel.nested=x'])
    assert.deepEqual([(await tryLoad(host, bad)).errno, (await tryLoad(host, bad)).kvm], ['EINVAL', null], bad);
  assert.equal((await tryLoad(host, 'kvm_intel.ept=enable')).errno, 'EINVAL');
  assert.equal((await tryLoad({ ...host, line: '7.2' }, 'kvm_intel.ept=enable kvm_intel.nested=disable')).errno, null);
});

test('performance monitoring: PDCM, PEBS, processor trace', async () => {
  const leaves = {
    '1.ecx': BASE['1.ecx']! | (1 << 15) | (1 << 2),
    '1.edx': BASE['1.edx']! | (1 << 21),
    '7.0.ebx': 1 << 25,
    'a.eax': 0x07300804,
    '14.0.ebx': 7,
  };
  const host: Host = { line: '6.12', leaves, msrs: vmxMsrs(), features: ['ARCH_PERFMON', 'PEBS'] };
  const full = await load(host);
  assert.deepEqual([bit(full, '1.ecx', 15), bit(full, '1.edx', 21), bit(full, '1.ecx', 2), full.caps['14.0.ebx']], [true, true, true, 0]);
  const none: readonly Host[] = [
    { ...host, leaves: { ...leaves, 'a.eax': 0x06300804 } },
    { ...host, leaves: { ...leaves, 'a.eax': 0x07300004 } },
    { ...host, leaves: { ...leaves, 'a.eax': 0x07300800 } },
    { ...host, features: ['PEBS'] },
    { ...host, features: ['ARCH_PERFMON', 'PEBS', 'HYBRID_CPU'] },
    { ...host, cmdline: 'kvm.enable_pmu=0' },
  ];
  for (const one of none) {
    const kvm = await load(one);
    assert.deepEqual([kvm.pmuEnabled, bit(kvm, '1.ecx', 15), bit(kvm, '1.edx', 21)], [false, false, false]);
  }
  const pebs = async (line: Line, signature: number, msrs = {}): Promise<boolean> =>
    bit(await load({ ...host, line, signature, msrs: { ...vmxMsrs(), ...msrs } }), '1.edx', 21);
  assert.deepEqual(
    [await pebs('6.1', 0x606a6), await pebs('6.1', 0x806f8), await pebs('6.12', 0x806f8), await pebs('7.2', 0xa06d1)],
    [true, false, true, true],
  );
  assert.deepEqual(
    [await pebs('6.12', 0x50657), await pebs('6.12', 0xb06e0, { '0x345': '0x500' }), await pebs('6.12', 0xb06e0, { '0x345': '0x400' })],
    [false, true, false],
  );
});

test('processor trace for guests is built only with CONFIG_BROKEN; else the parameter is not known and ignored', async () => {
  const leaves = { '1.ecx': BASE['1.ecx']! | (1 << 15), '7.0.ebx': 1 << 25, 'a.eax': 0x07300804, '14.0.ebx': 7 };
  for (const line of LINES) {
    const host: Host = { line, leaves, msrs: vmxMsrs(), features: ['ARCH_PERFMON'], config: { CONFIG_BROKEN: 'y' } };
    const stock = { ...host, config: {} };
    for (const given of ['kvm_intel.pt_mode=1', 'kvm_intel.pt_mode=x']) assert.ok(!bit(await load(stock, given), '7.0.ebx', 25), line);
    const traced = await load(host, 'kvm_intel.pt_mode=1');
    assert.deepEqual([bit(traced, '7.0.ebx', 25), traced.caps['14.0.ebx']], [true, 7]);
    assert.ok(!bit(await load({ ...host, msrs: { ...vmxMsrs(), '0x485': '0x0' } }, 'kvm_intel.pt_mode=1'), '7.0.ebx', 25));
    assert.ok(!bit(await load(host, 'kvm_intel.pt_mode=1 kvm.enable_pmu=0'), '7.0.ebx', 25));
    for (const bad of ['x', '2']) assert.equal((await tryLoad(host, `kvm_intel.pt_mode=${bad}`)).findings[0]?.code, 'kvm-bad-parameter');
  }
});

test('the mediated PMU leaves guests without PEBS, where the line has it and the CPU can', async () => {
  const leaves = { '1.ecx': BASE['1.ecx']! | (1 << 15) | (1 << 2), '1.edx': BASE['1.edx']! | (1 << 21), 'a.eax': 0x07300804 };
  const host: Host = { line: '7.2', leaves, msrs: { ...vmxMsrs(), '0x345': '0x2000' }, features: ['ARCH_PERFMON', 'PEBS'] };
  const mediated = 'kvm_intel.enable_mediated_pmu=1';
  const pebs = async (one: Host, given: string): Promise<boolean> => bit(await load(one, given), '1.edx', 21);
  assert.deepEqual([await pebs(host, ''), await pebs(host, mediated), await pebs({ ...host, line: '6.12' }, mediated)], [true, false, true]);
  const without: readonly Host[] = [
    { ...host, leaves: { ...leaves, 'a.eax': 0x07300803 } },
    { ...host, msrs: vmxMsrs() },
    { ...host, msrs: { ...vmxMsrs({ entry: [13], exit: [12] }), '0x345': '0x2000' } },
  ];
  for (const one of without) assert.ok(await pebs(one, mediated));
});

test('module parameters: each value must be one of its type, what a kernel does not know it ignores', async () => {
  const intel: Host = { line: '6.12', msrs: vmxMsrs() };
  const amd: Host = { line: '6.12', vendor: 'amd' };
  const errno = async (host: Host, given: string): Promise<string | null> => (await tryLoad(host, given)).errno;
  for (const bad of ['kvm_intel.vpid=some', 'kvm_intel.ple_gap=-1', 'kvm_intel.ple_gap', 'kvm.ignore_msrs=perhaps', 'kvm_intel.ept=x kvm_intel.ept=1'])
    assert.equal(await errno(intel, bad), 'EINVAL', bad);
  for (const good of ['kvm_intel.ple_gap=0x80', 'kvm_intel.ple_gap=+7', 'kvm_intel.vpid', 'kvm_intel.cet=x', 'kvm_amd.npt=x', 'kvm_intel.nonsense=x'])
    assert.equal(await errno(intel, good), null, good);
  assert.equal(await errno({ ...intel, line: '7.2' }, 'kvm_intel.cet=x'), 'EINVAL');
  for (const bad of ['kvm_amd.nested=y', 'kvm_amd.nested=08', 'kvm_amd.nested']) assert.equal(await errno(amd, bad), 'EINVAL', bad);
  for (const [given, nested] of [
    ['kvm_amd.nested=010', true],
    ['kvm_amd.nested=-1', true],
    ['kvm_amd.nested=00', false],
  ] as const)
    assert.equal(bit(await load(amd, given), '80000001.ecx', 2), nested, given);
  for (const given of ['kvm_amd.sev=x', 'kvm_amd.gmet=x']) assert.equal(await errno({ ...amd, config: { CONFIG_KVM_AMD_SEV: 'n' } }, given), null, given);
  assert.equal(await errno({ ...amd, config: { CONFIG_KVM_AMD_SEV: 'y' } }, 'kvm_amd.sev=x'), 'EINVAL');
  assert.equal((await tryLoad({ ...intel, leaves: { '1.ecx': 0 } }, 'kvm_intel.ept=x')).errno, 'EINVAL', 'values are parsed before the CPU is looked at');
});

test("MPX needs the host's XCR0 and the control that switches it", async () => {
  const host: Host = { line: '6.12', leaves: { '7.0.ebx': 1 << 14, 'd.0.eax': 0x1f }, msrs: vmxMsrs() };
  assert.ok(bit(await load(host), '7.0.ebx', 14));
  assert.ok(!bit(await load({ ...host, leaves: { '7.0.ebx': 1 << 14, 'd.0.eax': 7 } }), '7.0.ebx', 14));
  assert.ok(!bit(await load({ ...host, msrs: vmxMsrs({ entry: [16], exit: [23] }) }), '7.0.ebx', 14));
});

test('control-flow enforcement for guests on the newest line', async () => {
  const leaves = { '7.0.ecx': 1 << 7, '7.0.edx': 1 << 20, 'd.1.eax': 8, 'd.1.ecx': 0x1800 };
  const host: Host = { line: '7.2', leaves, msrs: vmxMsrs() };
  const both = (kvm: KvmState): [boolean, boolean] => [bit(kvm, '7.0.ecx', 7), bit(kvm, '7.0.edx', 20)];
  assert.deepEqual(both(await load(host)), [true, true]);
  const without: readonly (readonly [Host, string])[] = [
    [host, 'kvm-intel.cet=0'],
    [host, 'kvm-intel.unrestricted_guest=0'],
    [host, 'kvm-intel.ept=0'],
    [host, 'kvm-intel.allow_smaller_maxphyaddr=1'],
    [{ ...host, msrs: vmxMsrs({ entry: [20], exit: [28] }) }, ''],
    [{ ...host, msrs: { ...vmxMsrs(), '0x480': hex(6n << 50n) } }, ''],
    [{ ...host, msrs: vmxMsrs({ secondary: [20] }) }, ''],
    [{ ...host, leaves: { ...leaves, 'd.1.ecx': 0x800 } }, ''],
    [{ ...host, line: '6.12' }, ''],
  ];
  for (const [one, parameters] of without) assert.deepEqual(both(await load(one, parameters)), [false, false], parameters);
  assert.equal((await tryLoad({ ...host, msrs: vmxMsrs({ entry: [20] }) })).findings[0]?.args.field, 'entry-exit-pair');
  // AMD gives guests shadow stacks, but no indirect branch tracking.
  assert.deepEqual(both(await load({ line: '7.2', vendor: 'amd', leaves: { ...leaves, '8000000a.edx': 1 } })), [true, false]);
  assert.deepEqual(both(await load({ line: '7.2', vendor: 'amd', leaves })), [false, false]);
});

test('user-return MSRs: TSX_CTRL only where it can be read and written at the load', async () => {
  const has = async (host: Omit<Host, 'line'>): Promise<boolean> => (await load({ line: '6.12', ...host })).userReturnMsrs.includes(0x122);
  const announced = { '7.0.edx': 1 << 29 };
  assert.equal(await has({ absent: 'zero', msrs: vmxMsrs() }), true);
  assert.equal(await has({ absent: 'fault', msrs: vmxMsrs() }), false);
  assert.equal(await has({ msrs: { '0x122': null } }), false);
  assert.equal(await has({ msrs: { '0x122': '0x0' } }), true);
  assert.equal(await has({ msrs: { '0x122': '0x2' }, writable: { '0x122': '0x1' } }), false);
  assert.equal(await has({}), false);
  assert.equal(await has({ leaves: announced, msrs: { '0x10a': '0x80' } }), true);
  assert.equal(await has({ leaves: announced, msrs: { '0x10a': '0x0' } }), false);
  const tscAux = await load({ line: '6.12', msrs: { '0xc0000103': null } });
  assert.deepEqual([bit(tscAux, '80000001.edx', 27), tscAux.userReturnMsrs.includes(0xc0000103)], [false, false]);
  assert.ok((await load({ line: '6.12' })).userReturnMsrs.includes(0xc0000103));
  assert.deepEqual((await load({ line: '6.12', vendor: 'amd' })).userReturnMsrs, [0xc0000103]);
});

test('AMD: nested features by what the host has and the parameters allow', async () => {
  const svm = [0, 1, 3, 4, 10, 12, 15, 16, 25].reduce((mask, at) => mask | (1 << at), 0) >>> 0;
  const host: Host = { line: '6.12', vendor: 'amd', leaves: { '8000000a.edx': svm } };
  const offered = async (line: Line, parameters = ''): Promise<string> => hex((await load({ ...host, line }, parameters)).caps['8000000a.edx'] ?? 0);
  const always = (1 << 5) | (1 << 28);
  assert.equal(await offered('6.1'), hex(((svm & ~(1 << 25)) | always) >>> 0));
  assert.equal(await offered('6.12'), hex((svm | always | (1 << 6)) >>> 0));
  assert.equal(await offered('6.12', 'kvm_amd.nested=0'), '0x0');
  assert.equal(await offered('6.12', 'kvm_amd.npt=0'), hex(((svm | always | (1 << 6)) & ~(1 << 0) & ~(1 << 15)) >>> 0));
  assert.equal(await offered('6.12', 'kvm_amd.vgif=0'), hex(((svm | always | (1 << 6)) & ~(1 << 16) & ~(1 << 25)) >>> 0));
  for (const [name, at] of [
    ['nrips', 3],
    ['tsc_scaling', 4],
    ['vls', 15],
    ['lbrv', 1],
    ['vnmi', 25],
  ] as const)
    assert.equal(await offered('6.12', `kvm_amd.${name}=0`), hex(((svm | always | (1 << 6)) & ~(1 << at)) >>> 0), name);
  const bare = await load({ ...host, leaves: {} });
  assert.equal(hex(bare.caps['8000000a.edx'] ?? 0), hex(always | (1 << 6)));
});

test('AMD: counters, SEV, and what guests never get', async () => {
  const core: Host = {
    line: '6.12',
    vendor: 'amd',
    leaves: { '80000001.ecx': (1 << 2) | (1 << 23), '80000022.eax': 1, '80000022.ebx': 6, '7.0.ecx': 1 << 24 },
    features: ['PERFMON_V2'],
  };
  const full = await load(core);
  assert.deepEqual([bit(full, '80000001.ecx', 23), full.caps['80000022.eax'], bit(full, '7.0.ecx', 24)], [true, 1, false]);
  const few = await load({ ...core, leaves: { ...core.leaves, '80000022.ebx': 5 } });
  assert.deepEqual([bit(few, '80000001.ecx', 23), few.caps['80000022.eax']], [false, 0]);
  assert.equal((await load(core, 'kvm.enable_pmu=0')).caps['80000022.eax'], 0);
  assert.equal((await load({ ...core, features: [] })).caps['80000022.eax'], 0);
  assert.equal(bit(await load({ ...core, line: '6.1' }), '80000001.ecx', 23), true);
  assert.equal(bit(await load({ ...core, line: '6.1' }, 'kvm.enable_pmu=0'), '80000001.ecx', 23), false);

  const sevLeaves = {
    '8000001f.eax': (1 << 1) | (1 << 3),
    '8000001f.ecx': 500,
    '8000001f.edx': 10,
    '8000000a.edx': [0, 1, 3, 6, 7].reduce((mask, at) => mask | (1 << at), 0),
  };
  for (const line of LINES) {
    const sev: Host = { line, vendor: 'amd', leaves: sevLeaves, config: { CONFIG_KVM_AMD_SEV: 'y' } };
    const answer = async (more: Partial<Host>, parameters = ''): Promise<number> => (await load({ ...sev, ...more }, parameters)).caps['8000001f.eax'] ?? -1;
    assert.equal(await answer({}), 10, line);
    assert.equal(await answer({}, 'kvm_amd.sev_es=0'), 2);
    assert.equal(await answer({ leaves: { ...sevLeaves, '8000001f.edx': 1 } }), 2);
    assert.equal(await answer({}, 'kvm_amd.sev=0'), 0);
    assert.equal(await answer({ leaves: { ...sevLeaves, '8000001f.ecx': 0 } }), 0);
    assert.equal(await answer({ config: { CONFIG_KVM_AMD_SEV: 'n' } }), 0);
    assert.equal(await answer({}, 'kvm_amd.npt=0'), 0);
    assert.equal(await answer({ leaves: { ...sevLeaves, '8000000a.edx': sevLeaves['8000000a.edx'] & ~(1 << 7) } }), 0);
    assert.equal(await answer({}, 'kvm_amd.nrips=0'), line === '6.1' ? 10 : 0);
    assert.equal(await answer({}, 'kvm_amd.lbrv=0'), line === '6.1' ? 10 : 2);
    assert.equal(await answer({}, 'kvm.mmio_caching=0'), 2);
  }
});

test('a reload drops what was lost, brings what only KVM knows, and leaves gained kernel bits out', async () => {
  for (const line of LINES) {
    const { b, kvmTables } = await hostOf({ line, leaves: { '7.0.eax': 2, '7.0.ebx': 1 << 11 } });
    const input = { module: 'kvm_intel', tables: kvmTables } as const;
    const before = loadKvm(b, input).kvm;
    assert.ok(before);
    const leaf7 = { ...cpuidOf(b.silicon, 7, 0), ebx: 0, edx: 1 << 10 };
    const now: Silicon = {
      ...b.silicon,
      cpuid: new Map(b.silicon.cpuid).set(cpuidKey(7, 0), leaf7).set(cpuidKey(7, 2), { eax: 0, ebx: 0, ecx: 0, edx: 1 << 4 }),
    };
    assert.deepEqual(supportedCpuid(b, before, now), before.caps);
    unloadKvm(b, 'kvm_intel');
    const after = loadKvm(b, { ...input, silicon: now }).kvm;
    assert.ok(after);
    assert.deepEqual([bit(before, '7.0.ebx', 11), bit(after, '7.0.ebx', 11)], [true, false]);
    assert.deepEqual([bit(before, '7.0.edx', 10), bit(after, '7.0.edx', 10)], [false, false]);
    assert.deepEqual([bit(before, '7.2.edx', 4), bit(after, '7.2.edx', 4)], [false, true]);
    const word = after.words.find((one) => one.register === '7.0.edx');
    assert.deepEqual([word?.kernelDefined, (word?.raw ?? 0) & (1 << 10), (word?.boot ?? 0) & (1 << 10)], [true, 1 << 10, 0]);
    assert.equal(after.words.find((one) => one.register === '7.2.edx')?.boot, null);
  }
});

test("ARCH_CAPABILITIES: read live by the oldest line, held by the others, and nothing without the kernel's bit", async () => {
  for (const line of LINES) {
    const { b, kvmTables } = await hostOf({
      line,
      leaves: { '7.0.edx': 1 << 29 },
      msrs: { '0x10a': '0x0' },
      bugs: ['CPU_MELTDOWN', 'SPEC_STORE_BYPASS', 'MDS', 'RFDS', 'ITS', 'GDS'],
    });
    const kvm = loadKvm(b, { module: 'kvm_intel', tables: kvmTables }).kvm;
    assert.ok(kvm);
    assert.equal(hex(kvm.archCapabilities), '0x48');
    const now: Silicon = { ...b.silicon, msrs: new Map(b.silicon.msrs).set(0x10a, (1n << 28n) | (1n << 25n)) };
    assert.equal(hex(archCapabilitiesOffered(b, kvm, now)), line === '6.1' ? '0x10000048' : '0x48');
    assert.equal(hex(loadKvm(b, { module: 'kvm_intel', tables: kvmTables, silicon: now }).kvm?.archCapabilities ?? 0), '0x10000048');
    b.clear('ARCH_CAPABILITIES', 'test');
    assert.equal(hex(loadKvm(b, { module: 'kvm_intel', tables: kvmTables, silicon: now }).kvm?.archCapabilities ?? 0), '0x48');
  }
});

test('ARCH_CAPABILITIES: what KVM adds and takes', async () => {
  const value = async (host: Omit<Host, 'line'>, prepare: (b: Boot) => void = () => {}): Promise<string> => {
    const { b, kvmTables } = await hostOf({ line: '6.12', leaves: { '7.0.edx': 1 << 29 }, ...host });
    prepare(b);
    return hex(loadKvm(b, { module: 'kvm_intel', tables: kvmTables }).kvm?.archCapabilities ?? 0);
  };
  const all = ['CPU_MELTDOWN', 'SPEC_STORE_BYPASS', 'MDS', 'RFDS', 'ITS', 'GDS', 'TAA', 'L1TF'];
  assert.equal(
    await value({ msrs: { '0x10a': '0x100' }, bugs: all }, (b) => b.choose('l1tf', 'L1TF_MITIGATION_OFF', 'test')),
    '0x40',
    'TAA_NO goes with RTM, nothing flushed is nothing skipped',
  );
  const rtm = { '7.0.edx': 1 << 29, '7.0.ebx': 1 << 11 };
  assert.equal(await value({ leaves: rtm, msrs: { '0x10a': '0x180' }, bugs: all }), '0x1c8');
  assert.equal(await value({ leaves: rtm, msrs: { '0x10a': '0x0' }, bugs: all.filter((bug) => bug !== 'TAA') }), '0x148');
  assert.equal(await value({ msrs: { '0x10a': '0x0' }, bugs: all }, (b) => b.choose('gds', 'GDS_MITIGATION_FULL_LOCKED', 'test')), '0x4000048');
  assert.equal(await value({ msrs: { '0x10a': hex((1n << 63n) | (1n << 25n)) }, bugs: [] }), '0x400000000c000079');
});

test('leaves are named as far as CPU and KVM go, and emptied where their feature is missing', async () => {
  const leaves = { '7.0.eax': 2, '7.0.edx': 1 << 24, '7.1.edx': 1 << 19, '1e.0.eax': 1, '1e.1.eax': 0x1ff, '24.0.eax': 1, '24.0.ebx': 0x70009, '24.1.ecx': 4 };
  const new7 = await load({ line: '7.2', leaves });
  assert.deepEqual([new7.caps['24.0.ebx'], new7.caps['24.1.ecx'], new7.caps['1e.1.eax'], new7.caps['7.2.edx']], [0x70002, 4, 0x1df, 0]);
  const empty = await load({ line: '7.2', leaves: { ...leaves, '7.0.edx': 0, '7.1.edx': 0 } });
  assert.deepEqual([empty.caps['24.0.ebx'], empty.caps['24.1.ecx'], empty.caps['1e.1.eax']], [0, undefined, undefined]);
  assert.equal((await load({ line: '6.12', leaves })).caps['24.0.ebx'], 0x70001, 'the version that the line knows');
  const old = await load({ line: '6.1', leaves });
  assert.deepEqual([old.caps['24.0.ebx'], old.caps['7.1.edx']], [undefined, 0]);
  assert.equal((await load({ line: '6.12', leaves: { '0.eax': 6 } })).caps['7.0.edx'], undefined);
  assert.equal((await load({ line: '6.12', leaves: { '1.ecx': 1 << 5, 'd.1.eax': 1 } })).caps['d.1.eax'], undefined);
  assert.equal((await load({ line: '6.12', leaves: { '80000000.eax': 0x80000008 } })).caps['80000021.eax'], undefined);
  // Zen 2 has no leaf 0x80000021; KVM tells user space of it all the same.
  const zen2 = await load({ line: '6.12', vendor: 'amd', leaves: { '80000000.eax': 0x80000020 } });
  assert.equal(zen2.caps['80000021.eax'], (1 << 6) | (1 << 9));
  const nullSeg = await load({ line: '6.12', vendor: 'amd', leaves: { '80000000.eax': 0x80000020 }, bugs: ['NULL_SEG'] });
  assert.equal(nullSeg.caps['80000021.eax'], undefined);
  const serializing = await load({ line: '7.2', vendor: 'amd', features: ['LFENCE_RDTSC', 'VERW_CLEAR', 'SBPB'], bugs: ['NULL_SEG'] });
  assert.equal(hex(serializing.caps['80000021.eax'] ?? 0), hex((1 << 2) | (1 << 5) | (1 << 9) | (1 << 17) | (1 << 27)));
});

test("leaves beyond the CPU's range are not read by the newest line", async () => {
  const leaves = { '80000000.eax': 0x80000008, '80000021.eax': 1 };
  const raw = async (line: Line): Promise<number | undefined> => (await load({ line, leaves })).words.find((word) => word.register === '80000021.eax')?.raw;
  assert.deepEqual([await raw('6.12'), await raw('7.2')], [1, 0]);
});

test('the two spellings of the speculation controls', async () => {
  const has = async (
    line: Line,
    features: readonly string[],
    register: string,
    at: number,
    bugs: readonly string[] = ['SPEC_STORE_BYPASS'],
  ): Promise<boolean> => bit(await load({ line, vendor: 'amd', features, bugs }), register, at);
  assert.ok(await has('6.12', ['IBPB', 'IBRS'], '7.0.edx', 26));
  assert.ok(!(await has('6.12', ['IBRS'], '7.0.edx', 26)));
  assert.ok(!(await has('7.2', ['IBPB', 'IBRS'], '7.0.edx', 26)));
  assert.ok(await has('7.2', ['AMD_IBPB', 'AMD_IBRS', 'AMD_IBPB_RET'], '7.0.edx', 26));
  assert.ok(await has('7.2', ['IBPB', 'SPEC_CTRL'], '80000008.ebx', 30));
  assert.ok(!(await has('7.2', ['IBPB', 'SPEC_CTRL'], '80000008.ebx', 30, ['EIBRS_PBRSB'])));
  assert.ok(await has('6.1', ['STIBP'], '7.0.edx', 27));
  assert.ok(await has('6.1', ['AMD_SSBD'], '7.0.edx', 31));
  assert.ok(await has('6.1', ['SPEC_CTRL_SSBD'], '80000008.ebx', 24));
  assert.ok(await has('6.1', [], '80000008.ebx', 26, []));
  assert.ok(await has('6.1', ['LS_CFG_SSBD'], '80000008.ebx', 25));
  assert.deepEqual([await has('6.1', ['SBPB'], '80000021.eax', 27), await has('6.12', ['SBPB'], '80000021.eax', 27)], [false, true]);
  assert.ok(await has('6.1', ['SRSO_NO'], '80000021.eax', 29));
  assert.ok(bit(await load({ line: '6.1', leaves: { '7.0.ecx': 1 << 16 } }), '7.0.ecx', 16));
});

test('what sysfs shows of a loaded module comes with it and goes with it', async () => {
  for (const line of LINES) {
    const { b, kvmTables } = await hostOf({ line, bugs: ['L1TF', 'ITLB_MULTIHIT'] });
    const input = { module: 'kvm_intel', tables: kvmTables } as const;
    assert.ok(loadKvm(b, { ...input, parameters: 'kvm_intel.vmentry_l1d_flush=always' }).kvm);
    assert.equal(b.shared('l1tf_vmx_mitigation'), 'VMENTER_L1D_FLUSH_ALWAYS');
    assert.equal(b.shared('itlb_multihit_kvm_mitigation'), true);
    assert.equal(b.shared('cr4_vmxe') === true, line !== '6.1', 'the oldest line switches VMX on with the first VM');
    enableVirtualization(b, 'kvm_intel');
    assert.equal(b.shared('cr4_vmxe'), true);
    unloadKvm(b, 'kvm_intel');
    assert.deepEqual([b.shared('l1tf_vmx_mitigation'), b.shared('cr4_vmxe')], ['VMENTER_L1D_FLUSH_AUTO', false]);
    assert.ok(loadKvm(b, { ...input, parameters: 'kvm.enable_virt_at_load=0' }).kvm);
    assert.equal(b.shared('cr4_vmxe'), false);
  }
});

test('a CPU whose VMX capabilities changed does not come back online under KVM, and keeps KVM from being loaded', async () => {
  for (const line of LINES) {
    const { b, kvmTables } = await hostOf({ line, msrs: vmxMsrs() });
    const kvm = loadKvm(b, { module: 'kvm_intel', tables: kvmTables }).kvm;
    assert.ok(kvm);
    const changed = (index: number, value: bigint): Silicon => ({ ...b.silicon, msrs: new Map(b.silicon.msrs).set(index, value) });
    const fewer = changed(0x48b, BigInt(vmxMsrs({ secondary: [12] })['0x48b'] ?? 0));
    assert.equal(unfitOnline(b, kvm, b.silicon, b.cpu), null);
    for (const silicon of [fewer, changed(0x481, 0n)]) {
      assert.equal(unfitForKvm(b, kvm, silicon, b.cpu), 'vmcs-config');
      assert.equal(unfitOnline(b, kvm, silicon, b.cpu), line === '6.1' ? null : 'vmcs-config');
    }
    const blind: Silicon = { ...b.silicon, cpuid: new Map(b.silicon.cpuid).set(cpuidKey(1, 0), { ...cpuidOf(b.silicon, 1, 0), ecx: 0 }) };
    assert.equal(unfitForKvm(b, kvm, blind, b.cpu), 'vmx-off');
    const amd = await load({ line, vendor: 'amd' });
    const noSvm = copyCpu(b.cpu);
    b.clear('SVM', 'test', noSvm);
    assert.deepEqual([unfitForKvm(b, amd, b.silicon, b.cpu), unfitForKvm(b, amd, b.silicon, noSvm)], [null, 'svm-off']);
  }
});

test('a CPU is asked as strictly about contradictory VMX capabilities as the load itself was', async () => {
  for (const line of LINES) {
    for (const fields of [{ secondary: [1] }, { secondary: [5] }, { entry: [16] }]) {
      const { b, kvmTables } = await hostOf({ line, msrs: vmxMsrs(fields) });
      const kvm = loadKvm(b, { module: 'kvm_intel', tables: kvmTables, parameters: 'kvm_intel.error_on_inconsistent_vmcs_config=0' }).kvm;
      assert.ok(kvm);
      assert.deepEqual([unfitForKvm(b, kvm, b.silicon, b.cpu), unfitForKvm(b, { ...kvm, vmcsStrict: true }, b.silicon, b.cpu)], [null, 'vmcs-config']);
    }
  }
});

test('a CPU that has other features behind CR4 than boot_cpu_data does not fit', async () => {
  for (const line of LINES) {
    const { b, kvmTables } = await hostOf({ line, msrs: vmxMsrs() });
    const kvm = loadKvm(b, { module: 'kvm_intel', tables: kvmTables }).kvm;
    assert.ok(kvm);
    const gains = (feature: string): string | null => {
      const cpu = copyCpu(b.cpu);
      b.set(feature, 'test', cpu);
      return unfitForKvm(b, kvm, b.silicon, cpu);
    };
    for (const feature of ['SMEP', 'SMAP', 'FSGSBASE', 'PKU', 'LA57', 'UMIP', 'PCID']) assert.equal(gains(feature), 'cr4-features', feature);
    assert.equal(gains('IBT'), line === '7.2' ? 'cr4-features' : null);
    assert.equal(gains('MD_CLEAR'), null);
  }
});

test('leaves of Centaur: the newest line tells of them on Zhaoxin, too', async () => {
  const leaves = { '0.ebx': 0x68532020, '0.edx': 0x68676e61, '0.ecx': 0x20206961, 'c0000000.eax': 0xc0000004, 'c0000001.edx': 1 << 2 };
  for (const [line, named] of [
    ['6.12', undefined],
    ['7.2', 4],
  ] as const) {
    const { b, kvmTables } = await hostOf({ line, leaves, msrs: vmxMsrs() });
    b.set('XSTORE', 'test');
    assert.equal(loadKvm(b, { module: 'kvm_intel', tables: kvmTables }).kvm?.caps['c0000001.edx'], named, line);
  }
});

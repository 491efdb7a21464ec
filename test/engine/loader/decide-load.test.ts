import assert from 'node:assert/strict';
import test from 'node:test';
import type { Blob } from '../../../src/data/contract/blob.ts';
import type { Profile } from '../../../src/data/contract/profile.ts';
import { decideEarlyLoad } from '../../../src/engine/loader/decide-early-load.ts';
import { decideLoad, type LoadInput } from '../../../src/engine/loader/decide-load.ts';
import { decideOnlineLoad } from '../../../src/engine/loader/decide-online-load.ts';
import type { LoadDecision } from '../../../src/engine/loader/load-decision.ts';
import type { OfferedUpdate, VerdictOfBytes } from '../../../src/engine/loader/offered-file.ts';
import { identified, type Shape, tablesOf, threadsOf } from './support.ts';

const LINES = ['6.1', '6.12', '7.2'] as const;
const NEWER = ['6.12', '7.2'] as const;
const INTEL = { ebx: 0x756e6547, edx: 0x49656e69, ecx: 0x6c65746e };
const AMD = { ebx: 0x68747541, edx: 0x69746e65, ecx: 0x444d4163 };
const hex = (value: number): string => `0x${value.toString(16)}`;

interface Part {
  readonly vendor?: 'intel' | 'amd';
  readonly signature?: number;
  readonly revision?: number;
  readonly ecx?: number;
  readonly platformId?: number | undefined;
  readonly leaf4?: readonly [eax: number, ebx: number, ecx: number][];
  readonly leafB?: readonly [ebx: number, ecx: number][];
  readonly msrs?: Readonly<Record<string, string>>;
}

function profileOf(part: Part): Profile {
  const ids = part.vendor === 'amd' ? AMD : INTEL;
  const row = (leaf: number, subleaf: number, eax: number, ebx: number, ecx: number, edx: number) => ({
    leaf: hex(leaf),
    subleaf: hex(subleaf),
    eax: hex(eax),
    ebx: hex(ebx),
    ecx: hex(ecx),
    edx: hex(edx),
  });
  return {
    schema: 'cpueval/profile/1',
    id: 'test',
    title: 'test',
    source: { kind: 'synthetic', from: 'test' },
    cpuid: [
      row(0, 0, 0xd, ids.ebx, ids.ecx, ids.edx),
      row(1, 0, part.signature ?? 0x506e3, 0, part.ecx ?? 0, 0),
      ...(part.leaf4 ?? []).map(([eax, ebx, ecx], index) => row(4, index, eax, ebx, ecx, 0)),
      ...(part.leafB ?? []).map(([ebx, ecx], index) => row(0xb, index, 0, ebx, ecx, 0)),
    ],
    ...(part.msrs ? { msrs: part.msrs } : {}),
    microcode: { revision: hex(part.revision ?? 0xc6), ...('platformId' in part && part.platformId === undefined ? {} : { platformId: part.platformId ?? 1 }) },
  };
}

interface Case extends Part {
  readonly line: (typeof LINES)[number];
  readonly cmdline?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly shape?: Shape;
  readonly blob?: Partial<Blob>;
  readonly bytes?: VerdictOfBytes;
  readonly rejects?: boolean | readonly number[];
  readonly digests?: readonly (readonly [number, string])[];
  readonly cache?: readonly OfferedUpdate[];
}

async function inputOf(c: Case): Promise<LoadInput> {
  const kernel = identified(await tablesOf(c.line), profileOf(c), { cmdline: c.cmdline ?? '', options: { CONFIG_NUMA: 'y', ...c.options } });
  const amd = c.vendor === 'amd';
  const blob: Blob = {
    schema: 'cpueval/blob/1',
    id: 'test',
    vendor: amd ? 'AuthenticAMD' : 'GenuineIntel',
    revision: amd ? '0xa0011d1' : '0xcc',
    date: '2025-08-12',
    applies: [{ signature: hex(c.signature ?? 0x506e3), ...(amd ? {} : { platformFlags: '0x2' }) }],
    effects: [],
    ...c.blob,
  };
  return {
    kernel,
    threads: threadsOf(kernel, c.shape ?? { threads: 2 }),
    blob,
    cpuRejects: c.rejects ?? false,
    ...(c.bytes ? { verdictOfBytes: c.bytes } : {}),
    ...(c.digests ? { amdDigests: c.digests } : {}),
    ...(c.cache ? { cache: c.cache } : {}),
  };
}

async function load(c: Case): Promise<LoadDecision> {
  return decideLoad(await inputOf(c));
}

const codes = (decision: { reasons: readonly { code: string; hard: boolean }[] }): string[] => decision.reasons.map((r) => `${r.hard ? '' : '~'}${r.code}`);
const ZEN3: Part = { vendor: 'amd', signature: 0xa00f11, revision: 0xa001119 };

test('a kernel without late loading has no file to write to, and the other obstacles are told as well', async () => {
  for (const line of LINES) {
    const decision = await load({ line, options: { CONFIG_MICROCODE_LATE_LOADING: 'n' }, blob: { revision: '0xc2' } });
    assert.equal(decision.outcome, 'refused');
    assert.equal(decision.errno, 'ENOENT');
    assert.deepEqual(decision.log, []);
    assert.deepEqual(decision.taints, []);
    assert.ok(codes(decision).includes('loader-not-built') && codes(decision).includes('not-newer'));
  }
  assert.ok(codes(await load({ line: '6.1', options: { CONFIG_MICROCODE_INTEL: 'n' } })).includes('loader-not-built'));
  assert.equal((await load({ line: '6.12', options: { CONFIG_MICROCODE_INTEL: 'n' } })).outcome, 'updated');
});

test('the loader is switched off by option, by a hypervisor, by a final AMD level', async () => {
  for (const line of LINES) {
    assert.deepEqual(codes(await load({ line, cmdline: 'dis_ucode_ldr' })).slice(0, 1), ['loader-disabled']);
    assert.equal((await load({ line, ecx: 0x80000000 })).errno, 'ENOENT');
    const final = await load({ line, vendor: 'amd', signature: 0x100f23, revision: 0x01000098 });
    assert.deepEqual(final.reasons[0]!.args, { by: 'final-level', revision: 0x01000098 });
  }
  assert.equal((await load({ line: '7.2', cmdline: 'microcode=force_minrev,dis_ucode_ldr' })).reasons[0]!.args.by, 'microcode=dis_ucode_ldr');
  assert.equal((await load({ line: '6.12', cmdline: 'microcode=dis_ucode_ldr' })).outcome, 'updated');
  assert.equal((await load({ line: '7.2', ecx: 0x80000000, options: { CONFIG_MICROCODE_DBG: 'y' } })).outcome, 'updated');
  assert.equal((await load({ line: '6.12', ecx: 0x80000000, options: { CONFIG_MICROCODE_DBG: 'y' } })).errno, 'ENOENT');
});

test('families that the drivers do not know have no loader', async () => {
  for (const part of [{ signature: 0x5c3 }, { vendor: 'amd', signature: 0x40f33 }] as const)
    for (const line of LINES) assert.deepEqual(codes(await load({ line, ...part })).slice(0, 1), ['loader-unsupported']);
});

test('minimum revision: forced by configuration, by the parameter of one line, by the option of the other', async () => {
  const options = { CONFIG_MICROCODE_LATE_FORCE_MINREV: 'y' };
  for (const line of NEWER) {
    const forced = await load({ line, options });
    assert.deepEqual([forced.errno, codes(forced)], ['ENOENT', ['minrev']]);
    assert.deepEqual([(await load({ line })).taints, codes(await load({ line }))], [['CPU_OUT_OF_SPEC'], ['~minrev']]);
    const high = await load({ line, options, blob: { minRevision: '0xc8' } });
    assert.deepEqual(high.log, [
      'microcode: Unsafe microcode update: Current revision 0xc6 too old',
      'microcode: Current should be at 0xc8 or higher. Use early loading instead',
    ]);
    const amd = await load({ line, ...ZEN3, options });
    assert.deepEqual([amd.errno, amd.log, codes(amd).includes('amd-minrev-unsupported')], ['ENOENT', [], true]);
  }
  assert.equal((await load({ line: '6.1', options })).outcome, 'updated');
  const parameter = async (value: string): Promise<string> => (await load({ line: '6.12', cmdline: `microcode.force_minrev${value}` })).outcome;
  for (const yes of ['', '=1', '=y', '=Y', '=t', '=on', '=oN']) assert.equal(await parameter(yes), 'refused', yes);
  for (const no of ['=0', '=n', '=f', '=off', '=', '=maybe', '=o', '=1 microcode.force_minrev=0']) assert.equal(await parameter(no), 'updated', no);
  assert.equal((await load({ line: '6.12', options, cmdline: 'microcode.force_minrev=0' })).outcome, 'updated');
  assert.equal((await load({ line: '7.2', cmdline: 'microcode=force_minrev' })).errno, 'ENOENT');
  assert.equal((await load({ line: '7.2', cmdline: 'microcode=force_minrev microcode=x' })).outcome, 'updated');
  assert.equal((await load({ line: '7.2', cmdline: 'microcode.force_minrev=1' })).outcome, 'updated');
});

test('one core of two that refuses: part of the machine is updated', async () => {
  const shape = { cores: 2, threads: 2 };
  const partial = await load({ line: '6.12', shape, rejects: [1] });
  assert.deepEqual([partial.outcome, partial.errno, partial.taints, partial.updated], ['partial', 'EIO', ['CPU_OUT_OF_SPEC'], [0, 2]]);
  assert.deepEqual(partial.log.slice(-3), [
    'microcode: load: updated on 1 primary CPUs with 1 siblings',
    'microcode: load incomplete. 2 CPUs timed out or failed',
    'microcode: revision: 0xc6 -> 0xcc',
  ]);
  assert.equal(partial.comparesFeatures, true);
  const old = await load({ line: '6.1', shape, rejects: [1] });
  assert.deepEqual([old.outcome, old.errno, old.comparesFeatures], ['partial', 'EPERM', false]);
  assert.equal(old.log.at(-1), 'microcode: Reload failed, current microcode revision: 0xcc');
  assert.ok(old.log.includes('microcode: Error reloading microcode on CPU 1'));
  const amd = await load({ line: '7.2', ...ZEN3, cmdline: 'microcode.amd_sha_check=off', shape, rejects: [1] });
  assert.ok(amd.log.includes('microcode: load: updated on 2 primary CPUs with 0 siblings'));
  assert.ok(amd.log.includes('microcode: CPU1: update failed for patch_level=0x0a0011d1'));
});

test('offline siblings: AMD gives up and the other cores time out; what stays in the cache differs', async () => {
  const shape = { cores: 2, threads: 2, offline: [3] };
  const c = { ...ZEN3, cmdline: 'microcode.amd_sha_check=off', shape };
  for (const line of NEWER) {
    const decision = await load({ line, ...c });
    assert.deepEqual([decision.outcome, decision.errno, decision.taints], ['failed', 'EIO', []]);
    const timeout = 'microcode: load: 1 CPUs timed out';
    assert.deepEqual(decision.log.slice(2), [timeout, timeout, 'microcode: 1 offline siblings did not respond.']);
    assert.equal(decision.cache.length, line === '6.12' ? 1 : 0);
    assert.ok(codes(decision).includes('smt-sibling-offline'));
    const online = decideOnlineLoad({ ...(await inputOf({ line, ...c })), cache: decision.cache }, 3);
    const taken = line === '6.12' ? 0xa0011d1 : 0xa001119;
    assert.equal(online.revisions[3]!.shown, taken);
    // The core is one: its other thread runs the patch too, and does not say so.
    assert.deepEqual([online.revisions[1]!.after, online.revisions[1]!.shown], [taken, 0xa001119]);
  }
  const intel = await load({ line: '6.12', shape });
  assert.deepEqual([intel.outcome, intel.updated], ['updated', [0, 1, 2, 3]]);
  assert.ok(intel.log.includes('microcode: load: updated on 2 primary CPUs with 1 siblings'));
});

test('a primary that was never online counts on the oldest line only', async () => {
  const shape = { cores: 2, threads: 1, unbooted: [1] };
  assert.equal((await load({ line: '6.1', shape })).errno, 'EINVAL');
  for (const line of NEWER) assert.equal((await load({ line, shape })).outcome, 'updated');
});

test('AMD looks at the first CPU of each node only', async () => {
  const shape = { packages: 2, cores: 2, nodes: 2 };
  const c = { ...ZEN3, cmdline: 'microcode.amd_sha_check=off', revision: 0xa0011d1 };
  for (const line of LINES) {
    const behind = await load({ line, ...c, shape: { ...shape, revisions: { 2: 0xa001119 } } });
    assert.deepEqual([behind.outcome, behind.updated], ['updated', [2]], line);
    assert.ok(codes(behind).includes('~mixed-revision'));
    const hidden = await load({ line, ...c, shape: { ...shape, revisions: { 3: 0xa001119 } } });
    assert.deepEqual([hidden.outcome, hidden.errno, hidden.updated], ['nothing-to-do', null, []], line);
    const noNuma = await load({ line, ...c, options: { CONFIG_NUMA: 'n' }, shape: { ...shape, revisions: { 2: 0xa001119 } } });
    assert.equal(noNuma.outcome, 'nothing-to-do', line);
  }
});

test('a newer CPU among older ones: skipped by AMD, counted as sibling by Intel, an error on the oldest line', async () => {
  const shape = { cores: 2, revisions: { 1: 0xd0 } };
  const intel = await load({ line: '6.12', shape });
  assert.deepEqual([intel.outcome, intel.updated], ['updated', [0]]);
  assert.ok(intel.log.includes('microcode: load: updated on 1 primary CPUs with 1 siblings'));
  const old = await load({ line: '6.1', shape });
  assert.deepEqual([old.outcome, old.errno], ['partial', 'EPERM']);
  const amd = await load({ line: '6.12', ...ZEN3, cmdline: 'microcode.amd_sha_check=off', shape: { cores: 2, revisions: { 1: 0xa0011d2 } } });
  assert.deepEqual([amd.outcome, amd.updated], ['updated', [0]]);
  const oldAmd = await load({ line: '6.1', ...ZEN3, shape: { cores: 2, revisions: { 1: 0xa0011d2 } } });
  assert.deepEqual([oldAmd.outcome, oldAmd.errno], ['updated', null]);
});

test('Granite Rapids must not jump over the step revision, and says so once', async () => {
  const gnr = {
    line: '7.2',
    signature: 0xa06d1,
    revision: 0x1000400,
    platformId: 0,
    blob: { revision: '0x1000410', applies: [{ signature: '0xa06d1', platformFlags: '0x95' }] },
  } as const;
  const input = await inputOf(gnr);
  const first = decideLoad(input);
  assert.deepEqual([first.errno, codes(first), first.printedOnce], ['ENOENT', ['erratum-gnr98', '~minrev'], ['gnr98']]);
  assert.deepEqual(first.log, ['microcode: Erratum GNR98: skipping revision 0x1000410.']);
  input.kernel.share('printed:gnr98', true, 'test');
  assert.deepEqual(decideLoad(input).log, []);
  assert.equal((await load({ ...gnr, blob: { ...gnr.blob, revision: '0x1000405' } })).outcome, 'updated');
  assert.equal((await load({ ...gnr, line: '6.12' })).outcome, 'updated');
  assert.equal((await load({ ...gnr, platformId: 1, blob: { ...gnr.blob, applies: [{ signature: '0xa06d1', platformFlags: '0x97' }] } })).outcome, 'updated');
  const early = decideEarlyLoad(input);
  assert.deepEqual([early.loaded, codes(early)], [false, ['erratum-gnr98']]);
});

const BDX: Part = {
  signature: 0x406f1,
  revision: 0xb000020,
  leaf4: [[0x4163, 0x04c0003f, 0x3fff]],
  leafB: [
    [2, 0x100],
    [2, 0x201],
  ],
};
const BDX_BLOB = { revision: '0xb000040', applies: [{ signature: '0x406f1', platformFlags: '0x2' }] };

test('Broadwell-X with much cache per core refuses a late load; the early one takes it', async () => {
  for (const line of LINES) {
    const decision = await load({ line, ...BDX, blob: BDX_BLOB });
    assert.equal(decision.errno, line === '6.1' ? null : 'ENOENT');
    assert.ok(codes(decision).includes('erratum-bdx90'));
    assert.deepEqual(decision.printedOnce, ['bdx90']);
    assert.ok(decision.log[0]!.includes(line === '7.2' ? 'BDX90' : 'BDF90'));
    assert.equal(decideEarlyLoad(await inputOf({ line, ...BDX, blob: BDX_BLOB })).loaded, true);
  }
  // The same cache for eight cores: older kernels count them by CPUID, newer ones by what they found.
  assert.equal((await load({ line: '6.12', ...BDX, blob: BDX_BLOB, shape: { cores: 8, threads: 2 } })).outcome, 'updated');
  assert.equal(
    (
      await load({
        line: '6.1',
        ...BDX,
        blob: BDX_BLOB,
        leafB: [
          [2, 0x100],
          [16, 0x201],
        ],
      })
    ).outcome,
    'updated',
  );
  assert.equal((await load({ line: '6.1', ...BDX, blob: BDX_BLOB, leafB: [], leaf4: [[0x1c004163, 0x04c0003f, 0x3fff]] })).outcome, 'updated');
});

test('AMD digests: unknown patch, own list, unknown part, damaged bytes', async () => {
  const digest = 'ab'.repeat(32);
  for (const line of NEWER) {
    const unknown = await load({ line, ...ZEN3, blob: { revision: '0xa0011d0', file: { digest } } });
    assert.deepEqual([unknown.outcome, unknown.errno], ['failed', 'EIO']);
    assert.ok(unknown.log.includes('microcode: No sha256 digest for patch ID: 0xa0011d0 found'));
    assert.ok(codes(unknown).includes('amd-digest'));
    assert.equal((await load({ line, ...ZEN3, blob: { revision: '0xa0011d0', file: { digest } }, digests: [[0xa0011d0, digest]] })).outcome, 'updated');
    const assumed = await load({ line, ...ZEN3 });
    assert.deepEqual([assumed.outcome, assumed.assumed], ['updated', ['digest']]);
    const bad = await load({ line, ...ZEN3, blob: { file: { integrity: 'bad-checksum' } } });
    assert.deepEqual([bad.outcome, codes(bad)], ['failed', ['amd-digest', 'cpu-rejects']]);
    const strange = await load({ line, vendor: 'amd', signature: 0xb20f00, revision: 0xb200001, blob: { revision: '0xb200002' } });
    assert.ok(strange.log.includes('microcode: CPUID(1).EAX: 0xb20f00, current revision: 0xb200001'));
    const cut = await load({ line, ...ZEN3, blob: { revision: '0xa0011de' } });
    assert.deepEqual(
      [cut.outcome, cut.errno, cut.log, codes(cut)],
      ['nothing-to-do', null, [], ['amd-signing-cutoff']].map((x, i) => (i === 3 ? [...(x as string[]), 'amd-digest'] : x)),
    );
  }
  const old = await load({ line: '6.1', ...ZEN3, blob: { file: { integrity: 'bad-checksum' } } });
  assert.deepEqual([old.outcome, old.errno], ['failed', 'EPERM']);
});

const record = (revision: number, more: Partial<OfferedUpdate> = {}): OfferedUpdate => ({
  offset: 0,
  revision,
  date: '2025-08-12',
  minRevision: 0,
  applies: [{ signature: 0x506e3, platformFlags: 2, equivalenceId: null }],
  sha256: null,
  intel: { headerVersion: 1 },
  amd: null,
  ...more,
});

test('a file of several updates: each acceptable newer one is remarked on, the newest wins', async () => {
  const updates = [record(0xcc), record(0xc8, { offset: 2048 }), record(0xd0, { offset: 4096 })];
  const bytes: VerdictOfBytes = { vendor: 'GenuineIntel', updates, flaw: null };
  const both = await load({ line: '6.12', bytes });
  assert.equal(both.update?.revision, 0xd0);
  assert.equal(both.log.filter((text) => text.includes('Unsafe')).length, 2);
  const broken = { ...bytes, flaw: { flaw: 'bad-data-checksum', offset: 4096 } };
  const refused = await load({ line: '6.12', bytes: broken });
  assert.deepEqual([refused.errno, refused.log.length, codes(refused)], ['EBADFD', 2, ['bad-checksum', '~minrev']]);
  assert.equal((await load({ line: '6.1', bytes: broken })).update?.revision, 0xcc);
  const cut = { ...bytes, flaw: { flaw: 'truncated-file', offset: 4096 } };
  assert.deepEqual([(await load({ line: '6.1', bytes: cut })).outcome, (await load({ line: '6.1', bytes: cut })).errno], ['nothing-to-do', null]);
});

test('every flaw of a file has its line and its code', async () => {
  const lines: readonly (readonly [flaw: string, code: string, text: string])[] = [
    ['truncated-header', 'truncated', 'error! Truncated or inaccessible header in microcode data file'],
    ['total-size-too-small', 'bad-header', 'error! Bad data in microcode data file (totalsize too small)'],
    ['truncated-file', 'truncated', 'error! Bad data in microcode data file (truncated file?)'],
    ['data-size-too-large', 'bad-header', 'Error: bad microcode data file size.'],
    ['truncated-signature-table', 'bad-header', 'Error: truncated extended signature table.'],
    ['signature-table-size-mismatch', 'bad-header', 'Error: extended signature table size mismatch.'],
    ['bad-table-checksum', 'bad-checksum', 'Bad extended signature table checksum, aborting.'],
    ['bad-signature-checksum', 'bad-checksum', 'Bad extended signature checksum, aborting.'],
  ];
  for (const line of LINES)
    for (const [flaw, code, text] of lines) {
      const decision = await load({ line, bytes: { vendor: 'GenuineIntel', updates: [record(0xcc)], flaw: { flaw, offset: 0 } } });
      assert.deepEqual(decision.log, [`microcode: ${text}`]);
      assert.equal(decision.errno, line === '6.1' ? null : 'EBADFD');
      assert.equal(decision.reasons[0]!.code, code);
    }
  const scan = {
    vendor: 'GenuineIntel',
    updates: [record(0xcc, { intel: { headerVersion: 2 } })],
    flaw: { flaw: 'unknown-header-version', offset: 0 },
  } as const;
  assert.deepEqual((await load({ line: '7.2', bytes: scan })).log, ['microcode: Error: invalid/unknown microcode update format. Header type 2']);
  assert.deepEqual((await load({ line: '6.1', bytes: scan })).log, ['microcode: Error: invalid/unknown microcode update format.']);
  for (const integrity of ['bad-header', 'truncated'] as const) {
    const amd = await load({ line: '6.12', ...ZEN3, blob: { file: { integrity } } });
    assert.deepEqual([amd.errno, amd.log, amd.cache], ['EBADFD', [], []]);
  }
});

test('a late load reads the first AMD container only', async () => {
  const patch = (revision: number, container: number): OfferedUpdate =>
    record(revision, {
      applies: [{ signature: 0xa00f11, platformFlags: null, equivalenceId: 0xa011 }],
      intel: null,
      amd: { container, equivalenceId: 0xa011 },
    });
  const bytes: VerdictOfBytes = { vendor: 'AuthenticAMD', updates: [patch(0xa0011d1, 0), patch(0xa0011d2, 1)], flaw: null };
  assert.equal((await load({ line: '6.12', ...ZEN3, bytes })).errno, 'EBADFD');
  // parse_container() stops at the first container with a match; 6.1 goes on, and the last match counts.
  const early = async (line: (typeof LINES)[number], given: VerdictOfBytes): Promise<number> =>
    decideEarlyLoad(await inputOf({ line, ...ZEN3, cmdline: 'microcode.amd_sha_check=off', bytes: given })).revision;
  assert.deepEqual(await Promise.all(LINES.map((line) => early(line, bytes))), [0xa0011d2, 0xa0011d1, 0xa0011d1]);
  // Of one container the last match counts, whatever its revision.
  const twice = { ...bytes, updates: [patch(0xa0011d3, 0), patch(0xa0011d2, 0), patch(0xa0011d5, 1)] };
  assert.deepEqual(await Promise.all(LINES.map((line) => early(line, twice))), [0xa0011d5, 0xa0011d2, 0xa0011d2]);
  // What stands before a flaw is used at boot, and lost to a late load.
  const damaged = {
    ...bytes,
    updates: [
      { ...patch(0xa0011d1, 0), offset: 52 },
      { ...patch(0xa0011d2, 0), offset: 260 },
    ],
    flaw: { flaw: 'truncated-patch', offset: 252 },
  };
  assert.deepEqual(await Promise.all(LINES.map((line) => early(line, damaged))), [0xa0011d1, 0xa0011d1, 0xa0011d1]);
  assert.equal((await load({ line: '7.2', ...ZEN3, bytes: damaged })).errno, 'EBADFD');
  const other = {
    ...bytes,
    updates: [
      record(0xa0011d1, {
        applies: [{ signature: 0xa00f11, platformFlags: null, equivalenceId: 0x8012 }],
        intel: null,
        amd: { container: 0, equivalenceId: 0x8012 },
      }),
    ],
  };
  assert.equal((await load({ line: '6.1', ...ZEN3, bytes: other })).outcome, 'nothing-to-do');
});

test('files of the other vendor, of nobody, of an unknown state, and an unknown platform', async () => {
  const other = await load({ line: '6.12', blob: { vendor: 'AuthenticAMD' } });
  assert.deepEqual([other.errno, codes(other)], ['ENOENT', ['other-vendor']]);
  const none = await load({ line: '7.2', blob: { file: { state: 'absent' } }, rejects: true });
  assert.deepEqual([none.errno, codes(none)], ['ENOENT', ['no-file']]);
  const unknown = await load({ line: '7.2', platformId: undefined, blob: { file: { integrity: 'unknown' } } });
  assert.deepEqual([unknown.outcome, unknown.assumed], ['updated', ['integrity', 'platform-id']]);
  assert.equal((await load({ line: '7.2', platformId: undefined, msrs: { '0x17': '0x8000000000000' } })).outcome, 'refused');
  const flags = { applies: [{ signature: '0x506e3', platformFlags: '0x0' }] };
  assert.equal((await load({ line: '6.12', blob: flags })).reasons[0]!.code, 'other-platform');
  assert.equal((await load({ line: '7.2', blob: flags })).outcome, 'updated');
});

test('staging is tried where the CPU announces it', async () => {
  const input = await inputOf({ line: '7.2', msrs: { '0x10a': '0x10000', '0x7b': '0x10' } });
  input.kernel.set('ARCH_CAPABILITIES', 'test');
  const decision = decideLoad(input);
  assert.equal(decision.staged, true);
  assert.equal(decision.log[3], 'microcode: Staging of patch revision 0xcc succeeded.');
  const odd = decideLoad({ ...input, verdictOfBytes: { vendor: 'GenuineIntel', updates: [record(0xcc, { size: 4094 })], flaw: null } });
  assert.deepEqual([odd.outcome, odd.staged], ['updated', false]);
  assert.equal(odd.log[3], 'microcode: Microcode image 32-bit misaligned (0xffe), staging failed.');
});

test('6.1 prints the digits of the date field, whether or not they make a date', async () => {
  const dated = async (dateField: number): Promise<string | undefined> =>
    (await load({ line: '6.1', bytes: { vendor: 'GenuineIntel', updates: [record(0xcc, { date: null, dateField })], flaw: null } })).log.at(-2);
  assert.equal(await dated(0x13322025), 'microcode: updated to revision 0xcc, date = 2025-13-32');
  assert.equal(await dated(0), 'microcode: updated to revision 0xcc, date = 0000-00-00');
});

test('AMD: siblings of both kinds time out with a line each, once a boot', async () => {
  const input = await inputOf({ line: '6.12', ...ZEN3, cmdline: 'microcode.amd_sha_check=off', shape: { cores: 2, threads: 2, offline: [3] } });
  const first = decideLoad(input);
  assert.deepEqual(first.printedOnce, ['load-primary-timeout', 'load-secondary-timeout']);
  for (const id of first.printedOnce) input.kernel.share(`printed:${id}`, true, 'test');
  const again = decideLoad(input);
  assert.deepEqual([again.errno, again.printedOnce], ['EIO', []]);
  assert.deepEqual(again.log, [
    'microcode: Late microcode loading without minimal revision check.',
    'microcode: You should switch to early loading, if possible.',
    'microcode: 1 offline siblings did not respond.',
  ]);
});

test('a container without a head leaves the patches of earlier loads alone, other damage throws them away', async () => {
  const kept = record(0xa0011d1, {
    applies: [{ signature: 0xa00f11, platformFlags: null, equivalenceId: 0xa011 }],
    intel: null,
    amd: { container: 0, equivalenceId: 0xa011 },
  });
  for (const line of LINES)
    for (const [flaw, left] of [
      ['bad-magic', 1],
      ['truncated-container', 1],
      ['bad-section-type', 0],
      ['truncated-patch', 0],
    ] as const) {
      const bytes: VerdictOfBytes = { vendor: 'AuthenticAMD', updates: [], flaw: { flaw, offset: 0 }, flawLog: ['microcode: said'] };
      const decision = await load({ line, ...ZEN3, bytes, cache: [kept] });
      assert.deepEqual([decision.errno, decision.log, decision.cache.length], [line === '6.1' ? null : 'EBADFD', ['microcode: said'], left], `${line} ${flaw}`);
    }
});

test('7.2 keeps the first 63 characters of microcode=', async () => {
  const padded = (length: number): string => `microcode=${'x'.repeat(length)},force_minrev`;
  assert.equal((await load({ line: '7.2', cmdline: padded(50) })).errno, 'ENOENT');
  assert.equal((await load({ line: '7.2', cmdline: padded(51) })).outcome, 'updated');
  assert.equal((await load({ line: '7.2', cmdline: 'microcode=force_minrev,' })).errno, 'ENOENT');
  assert.equal((await load({ line: '6.12', cmdline: 'microcode.force-minrev=1' })).errno, 'ENOENT');
});

test('the same load twice changes nothing more', async () => {
  for (const line of LINES)
    for (const part of [{}, { ...ZEN3, cmdline: 'microcode.amd_sha_check=off' }] as const) {
      const input = await inputOf({ line, ...part });
      const first = decideLoad(input);
      assert.equal(first.outcome, 'updated');
      const threads = input.threads.map((thread, index) => {
        thread.cpu.revision = first.revisions[index]!.shown;
        return { ...thread, revision: first.revisions[index]!.after };
      });
      const second = decideLoad({ ...input, threads, cache: first.cache });
      assert.deepEqual(second.updated, []);
      assert.equal(second.errno, line !== '6.1' && !('vendor' in part) ? 'ENOENT' : null);
      assert.deepEqual(second.taints, line === '6.1' ? ['CPU_OUT_OF_SPEC'] : []);
    }
});

test('a Zen CPU without a revision: the newest line assumes the lowest, the one before finds no patch late but early', async () => {
  const part = { ...ZEN3, revision: 0, cmdline: 'microcode.amd_sha_check=off' };
  assert.equal((await load({ line: '7.2', ...part })).outcome, 'updated');
  assert.equal((await load({ line: '6.12', ...part })).outcome, 'nothing-to-do');
  assert.equal(decideEarlyLoad(await inputOf({ line: '6.12', ...part })).loaded, true);
  const digest = decideEarlyLoad(await inputOf({ line: '6.12', ...part, cmdline: '', blob: { revision: '0xa0011d0' } }));
  assert.deepEqual([digest.loaded, digest.revision], [false, 0]);
});

test("a CPU that comes online takes Intel's applied update, and 6.1's even when nobody had taken it", async () => {
  const shape = { cores: 2 };
  for (const line of LINES) {
    const rejected = await load({ line, shape, rejects: true });
    assert.equal(rejected.outcome, 'failed');
    assert.equal(rejected.cache.length, line === '6.1' ? 1 : 0);
    const input = await inputOf({ line, shape });
    const taken = decideOnlineLoad({ ...input, cache: [record(0xcc)] }, 1);
    assert.deepEqual(
      taken.revisions.map((row) => row.shown),
      [0xc6, 0xcc],
    );
    assert.deepEqual(decideOnlineLoad({ ...input, cache: [record(0xc2)] }, 1).revisions[1]!.shown, 0xc6);
    const off = await inputOf({ line, shape, cmdline: 'dis_ucode_ldr' });
    assert.equal(decideOnlineLoad({ ...off, cache: [record(0xcc)] }, 1).revisions[1]!.after, 0xc6);
  }
});

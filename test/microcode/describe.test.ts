import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import type { BlobEffect } from '../../src/data/contract/blob.ts';
import type { CpuidRow, Profile } from '../../src/data/contract/profile.ts';
import { amdFacts, intelCheckerFacts, intelReleaseFacts, intelReleases } from '../../src/data/effects/index.ts';
import { tables } from '../../src/data/kernels/7.2/index.ts';
import { type DescribedUpdate, type Description, describe } from '../../src/microcode/describe.ts';
import { profileBit } from '../../src/microcode/describe-profile.ts';
import { validateBlob } from '../../src/schema/validate-blob.ts';

const SHARED = new URL('../../../shared/', import.meta.url);
const HASWELL = 0x306c3;
const SKYLAKE = 0x506e3;
const CASCADE_LAKE = 0x50657;

interface Given {
  readonly revision: number;
  readonly platformId?: number;
  readonly leaf7?: Partial<CpuidRow>;
  readonly msrs?: Record<string, string | null>;
  readonly partial?: boolean;
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const row = (leaf: string, registers: Partial<CpuidRow>): CpuidRow => ({ leaf, subleaf: '0x0', eax: '0x0', ebx: '0x0', ecx: '0x0', edx: '0x0', ...registers });

function profileOf(signature: number, given: Given): Profile {
  return {
    schema: 'cpueval/profile/1',
    id: 'test',
    title: 'test',
    source: { kind: 'synthetic', from: 'test' },
    cpuid: [row('0x1', { eax: hex(signature) }), row('0x7', given.leaf7 ?? {})],
    msrs: given.msrs ?? {},
    microcode: { revision: hex(given.revision), ...(given.platformId === undefined ? {} : { platformId: given.platformId }) },
    ...(given.partial ? { partial: true } : {}),
  };
}

function update(signature: number, revision: number, more: Partial<DescribedUpdate> = {}): DescribedUpdate {
  const intel = (signature & 0xf00) !== 0xf00;
  return {
    vendor: intel ? 'GenuineIntel' : 'AuthenticAMD',
    revision,
    date: '2020-01-01',
    applies: [{ signature, platformFlags: intel ? 0xff : null, equivalenceId: intel ? null : 0xa011 }],
    minRevision: 0,
    sha256: null,
    ...more,
  };
}

const keyOf = (effect: BlobEffect): string => {
  if ('bit' in effect) return `${effect.bit} ${effect.change}`;
  if ('msr' in effect) return `${effect.msr} ${effect.writable ?? effect.value}`;
  return 'behaviour' in effect ? effect.behaviour : effect.register;
};
const keys = (description: Description): string[] => description.blob.effects.map(keyOf);
const gapIds = (description: Description): string[] => description.gaps.map((gap) => gap.id);

test('Skylake 0xc6 to 0xcc brings MD_CLEAR, and the notes of the one release in between say so', () => {
  const description = describe(profileOf(SKYLAKE, { revision: 0xc6, platformId: 1 }), update(SKYLAKE, 0xcc));
  assert.deepEqual(description.blob.effects, [
    {
      bit: 'cpuid:7.0.edx[10]',
      change: 'set',
      source: "Intel's release notes (Debian intel-microcode changelog, upstream part), release 2019-05-14, revision 0xcc",
      confidence: 'medium',
    },
  ]);
  assert.equal(description.blob.unknownEffects, false);
  assert.equal(description.blob.fromRevision, '0xc6');
  assert.deepEqual(validateBlob(description.blob), []);
});

test('a platform id that Intel never served falls back to what holds for the signature', () => {
  assert.deepEqual(keys(describe(profileOf(SKYLAKE, { revision: 0xc6, platformId: 0 }), update(SKYLAKE, 0xcc))), ['cpuid:7.0.edx[10] set']);
});

test('one signature, two series of revisions: the platform id decides', () => {
  const step = (platformId: number, from: number, to: number): string[] =>
    keys(describe(profileOf(0x906a4, { revision: from, platformId }), update(0x906a4, to)));
  assert.ok(step(7, 0x43a, 0x43b).includes('bpi-fixed'));
  assert.ok(!step(6, 0x43a, 0x43b).includes('bpi-fixed'));
  assert.ok(step(6, 0xb, 0xc).includes('bpi-fixed'));
  assert.ok(!step(7, 0xb, 0xc).includes('bpi-fixed'));
});

test('what the profile has is left out, with the behaviours that come along', () => {
  const haswell = (edx: string): string[] => keys(describe(profileOf(HASWELL, { revision: 0x25, platformId: 1, leaf7: { edx } }), update(HASWELL, 0x28)));
  assert.deepEqual(haswell('0x0'), ['cpuid:7.0.edx[10] set', 'cpuid:7.0.edx[9] set', '0x123 0x0', 'srbds-mitigation-on']);
  assert.deepEqual(haswell('0x400'), ['cpuid:7.0.edx[9] set', '0x123 0x0', 'srbds-mitigation-on']);
  assert.deepEqual(haswell('0x200'), ['cpuid:7.0.edx[10] set']);
});

test('an update that is not newer changes nothing, and nothing about it is unknown', () => {
  for (const revision of [0xc6, 0xc2]) {
    const description = describe(profileOf(SKYLAKE, { revision: 0xc6 }), update(SKYLAKE, revision), tables);
    assert.deepEqual([keys(description), gapIds(description), description.blob.unknownEffects], [[], [], false]);
  }
});

test('an update for other CPUs, or a profile without leaf 1: unknown', () => {
  const other = describe(profileOf(HASWELL, { revision: 0x20 }), update(SKYLAKE, 0xcc));
  assert.deepEqual([keys(other), gapIds(other), other.blob.unknownEffects], [[], ['other-signature'], true]);
  const empty = describe({ ...profileOf(HASWELL, { revision: 0x20 }), cpuid: [] }, update(HASWELL, 0x28));
  assert.deepEqual(gapIds(empty), ['other-signature']);
});

test('TSX_CTRL comes to steppings with MDS_NO only; where the profile cannot say, with low confidence', () => {
  const step = (msrs: Record<string, string | null>): BlobEffect[] =>
    describe(
      profileOf(CASCADE_LAKE, { revision: 0x5000021, platformId: 0, leaf7: { edx: '0x20000400' }, msrs }),
      update(CASCADE_LAKE, 0x500002c),
    ).blob.effects.filter((effect) => 'bit' in effect && effect.bit === 'msr:10a[7]') as BlobEffect[];
  assert.equal(step({ '0x10a': '0x20' }).length, 1);
  assert.equal(step({ '0x10a': '0x0' }).length, 0);
  assert.equal(step({})[0]?.confidence, 'low');
});

test('where the control cannot be read without ARCH_CAPABILITIES, that comes along as a guess', () => {
  const description = describe(profileOf(0x506f1, { revision: 0x38, platformId: 0 }), update(0x506f1, 0x3e));
  const implied = description.blob.effects.filter((effect) => effect.confidence === 'low').map(keyOf);
  assert.deepEqual(implied, ['cpuid:7.0.edx[29] set', '0x10a 0x0']);
  assert.ok(keys(description).includes('msr:10a[28] set'));
});

test('gaps: what Intel changed without saying where', () => {
  const rtm = describe(profileOf(SKYLAKE, { revision: 0xc6, platformId: 1, leaf7: { ebx: '0x800' } }), update(SKYLAKE, 0xf0));
  assert.deepEqual(gapIds(rtm), ['rtm-always-abort', 'arch-capabilities']);
  const odd = describe(profileOf(SKYLAKE, { revision: 0xc6, platformId: 1 }), update(SKYLAKE, 0xcd));
  assert.deepEqual(gapIds(odd), ['unpublished-revision']);
  const partial = describe(profileOf(SKYLAKE, { revision: 0xc6, platformId: 1, partial: true }), update(SKYLAKE, 0xcc));
  assert.deepEqual(gapIds(partial), ['partial-profile', 'arch-capabilities-bits']);
});

test('fixes that no bit shows are doubtful when the profile stands on a revision Intel never published', () => {
  const confidence = (from: number): string | undefined =>
    describe(profileOf(0x90672, { revision: from, platformId: 1 }), update(0x90672, 0x3e)).blob.effects.find((effect) => keyOf(effect) === 'bpi-fixed')
      ?.confidence;
  assert.equal(confidence(0x3a), 'medium');
  assert.equal(confidence(0x39), 'low');
});

test('kernel tables: behaviours read off the revision', () => {
  const step = (signature: number, from: number, to: number, more: Partial<Given> = {}): string[] =>
    keys(describe(profileOf(signature, { revision: from, ...more }), update(signature, to), tables));
  const brings = (behaviour: string, signature: number, first: number, more: Partial<Given> = {}): void => {
    assert.ok(step(signature, first - 1, first, more).includes(behaviour), `${behaviour} at ${hex(first)}`);
    assert.ok(!step(signature, first, first + 1, more).includes(behaviour), `${behaviour} after ${hex(first)}`);
  };
  brings('zenbleed-fixed', 0x830f10, 0x830107b);
  brings('verw-clears-tsa-buffers', 0xa00f11, 0xa0011d7);
  brings('erratum-1386-fixed', 0x830f10, 0x8301052);
  brings('rdseed-fixed', 0xb00f21, 0xb00215a);
  brings('tsc-deadline-usable', SKYLAKE, 0xb2);
  brings('tsc-deadline-usable', 0x306f2, 0x3a);
  brings('invlpg-global-fixed', 0x90672, 0x2e);
  const spectre = { leaf7: { edx: '0xc000000' } };
  assert.ok(step(HASWELL, 0x22, 0x23, spectre).includes('spectre-bad-revision'));
  assert.ok(!step(HASWELL, 0x23, 0x24, spectre).includes('spectre-bad-revision'));
  assert.ok(step(HASWELL, 0x23, 0x24, spectre).includes('spectre-revision-good'));
  assert.ok(!step(HASWELL, 0x23, 0x24).includes('spectre-revision-good'), 'nothing was hidden on a part without the features');
  assert.ok(step(SKYLAKE, 0xee, 0xf0, { platformId: 1 }).includes('microcode-not-old'));
});

test('AMD: SBPB and the branch type flush, never a claim to know all', () => {
  const description = describe(profileOf(0xa00f11, { revision: 0xa001119 }), update(0xa00f11, 0xa0011d1, { sha256: 'a'.repeat(64) }));
  assert.deepEqual(keys(description), ['0x49 0x81', 'ibpb-flushes-branch-types']);
  assert.deepEqual(gapIds(description), ['amd-no-notes']);
  assert.deepEqual(description.blob.applies, [{ signature: '0xa00f11', equivalenceId: '0xa011' }]);
  assert.equal(description.blob.file?.digest, 'a'.repeat(64));
  assert.deepEqual(validateBlob(description.blob), []);
});

test('law: a step is the sum of its parts, brings nothing that is there, and is a valid descriptor', () => {
  const parts = intelReleases.filter(([, , revisions]) => revisions.length > 2);
  fc.assert(
    fc.property(
      fc.constantFrom(...parts),
      fc.nat(),
      fc.nat(),
      fc.nat(),
      fc.nat({ max: 0xffffffff }),
      fc.nat({ max: 0xffffffff }),
      (part, a, b, c, edx, arch) => {
        const [signature, platforms, revisions] = part;
        const numbers = revisions.map(([revision]) => revision).sort((x, y) => x - y);
        const [from = 0, middle = 0, to = 0] = [a, b, c].map((n) => numbers[n % numbers.length] ?? 0).sort((x, y) => x - y);
        const platformId = 31 - Math.clz32(platforms || 1);
        const at = (revision: number): Profile =>
          profileOf(signature, { revision, platformId, leaf7: { edx: hex(edx), ebx: '0x810' }, msrs: { '0x10a': hex(arch) } });
        const whole = describe(at(from), update(signature, to), tables);
        const halves = [describe(at(from), update(signature, middle), tables), describe(at(middle), update(signature, to), tables)];
        // Whether a revision is bad for Spectre is asked of the last one only
        const sum = (list: readonly string[]): string[] => [...new Set(list)].filter((key) => !key.startsWith('spectre-')).sort();
        assert.deepEqual(sum(keys(whole)), sum(halves.flatMap(keys)));
        for (const effect of whole.blob.effects) {
          if ('bit' in effect) assert.notEqual(profileBit(at(from), effect.bit), effect.change === 'set', effect.bit);
          assert.ok(effect.source && effect.confidence);
        }
        assert.equal(whole.blob.unknownEffects, whole.gaps.length > 0);
        assert.deepEqual(validateBlob(whole.blob), []);
      },
    ),
    { numRuns: 300 },
  );
});

/** Splits a line of the table: fields with commas or quotes stand in double quotes. */
function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** Rows that are not effects of an update: rules of the loader, statements without a revision, or none at all. */
const NOT_EFFECTS = /^(Entrysign cut-off|VMSCAPE|BHI_CTRL|RTM disabled)/;
const KERNEL_ROWS: readonly (readonly [RegExp, string])[] = [
  [/^PEBS isolation/, 'pebs-isolation'],
  [/^PEBS works/, 'pebs-usable'],
  [/^TSC deadline/, 'tsc-deadline-usable'],
  [/^TSA VERW_CLEAR/, 'verw-clears-tsa-buffers'],
  [/^Zenbleed/, 'zenbleed-fixed'],
  [/^Erratum 1386/, 'erratum-1386-fixed'],
  [/^RDSEED/, 'rdseed-fixed'],
];

/** What a line calls its effect, and what our facts call it. */
const EFFECTS: readonly (readonly [RegExp, string])[] = [
  [/^IBRS/, 'spec-ctrl'],
  [/^SSBD/, 'ssbd'],
  [/^L1D_FLUSH/, 'l1d-flush'],
  [/^MD_CLEAR/, 'md-clear'],
  [/^TSX_CTRL/, 'tsx-ctrl'],
  [/^SRBDS/, 'srbds-ctrl'],
  [/^FB_CLEAR/, 'fb-clear'],
  [/^GDS/, 'gds-ctrl'],
  [/^RFDS/, 'rfds-clear'],
  [/^ITS/, 'its-ibpb-fix'],
  [/^Reptar/, 'reptar-fix'],
  [/^BPI/, 'bpi-fix'],
  [/^Zenbleed/, 'zenbleed-fix'],
  [/^SRSO/, 'srso-microcode'],
];

/** What a line's confidence allows at most. */
const allowed = (confidence: string): readonly string[] =>
  confidence.startsWith('signature named') ? ['high', 'medium', 'low'] : confidence === 'inferred' ? ['low'] : ['medium', 'low'];

test('every line of effects.csv is a fact, or follows from a kernel table', (t) => {
  const file = new URL('effects.csv', SHARED);
  if (!existsSync(file)) return t.skip('../shared/effects.csv is not there');
  const counts = { facts: 0, kernel: 0, other: 0 };
  for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
    const [vendor = '', part = '', mask = '', effect = '', first = '', , basis = '', confidence = ''] = fields(line);
    const revision = Number(first);
    const signature = Number(part);
    if (NOT_EFFECTS.test(effect)) counts.other++;
    else if (confidence !== 'kernel table') {
      const named = EFFECTS.find(([pattern]) => pattern.test(effect))?.[1];
      const found =
        vendor === 'Intel'
          ? [...intelReleaseFacts, ...intelCheckerFacts].find(
              (fact) => fact.signature === signature && fact.platforms === Number(mask) && fact.revision === revision && fact.effect === named,
            )
          : amdFacts.find((fact) => fact.revision === revision && fact.effect === named);
      assert.ok(found !== undefined && allowed(confidence).includes(found.confidence), line);
      counts.facts++;
    } else if (basis.includes('LAST BAD')) {
      assert.ok(
        tables.badSpectre.some(([, , bad]) => bad === revision),
        line,
      );
      counts.kernel++;
    } else {
      const behaviour = KERNEL_ROWS.find(([pattern]) => pattern.test(effect))?.[1] ?? 'none';
      const rows = Object.values(tables.matchTables).flat();
      assert.ok(behaviour !== 'none' && rows.some(([, good]) => good === revision), line);
      counts.kernel++;
    }
  }
  assert.deepEqual(counts, { facts: 364, kernel: 102, other: 38 });
});

/** Recordings whose update is a revision that Intel or AMD published: the effects of their descriptors must be found. */
const RECORDED: readonly (readonly [file: string, ...expected: string[]])[] = [
  ['skl-gains-mdclear', 'cpuid:7.0.edx[10] set'],
  ['hsw-gains-mdclear', 'cpuid:7.0.edx[10] set', 'cpuid:7.0.edx[9] set'],
  ['skl-gains-srbds-off', 'cpuid:7.0.edx[9] set'],
  ['skl-gains-l1dflush-opt', 'cpuid:7.0.edx[26] set', 'cpuid:7.0.edx[27] set', 'cpuid:7.0.edx[28] set', 'cpuid:7.0.edx[31] set'],
  ['clx-gains-tsxctrl', 'msr:10a[7] set'],
  ['icx-1cpu-gains-fbclear', 'msr:10a[17] set'],
  ['icx-gains-gds', 'msr:10a[25] set'],
  ['adl-gains-rfds', 'msr:10a[28] set'],
  ['denverton-gains-rfds', 'msr:10a[28] set'],
  ['zen3-gains-sbpb-hidden', '0x49 0x81'],
  ['zen4-gains-sbpb', '0x49 0x81'],
  ['zen2-zenbleed', 'zenbleed-fixed'],
  ['zen3-gains-tsa', 'verw-clears-tsa-buffers'],
];

test('recorded late loads: the effects of their updates are found', (t) => {
  const folder = new URL('goldens/late/6.12/', SHARED);
  if (!existsSync(folder)) return t.skip('../shared/goldens is not there');
  const files = new Set(readdirSync(folder));
  for (const [name, ...expected] of RECORDED) {
    assert.ok(files.has(`${name}.json`), name);
    const { profile, blob } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
    const found = keys(
      describe(profile, update(Number(blob.applies[0].signature), Number(blob.revision), { vendor: blob.vendor, date: blob.date ?? null }), tables),
    );
    for (const key of expected) assert.ok(found.includes(key), `${name}: ${key} not in ${found.join(', ')}`);
  }
});

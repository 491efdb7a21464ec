import assert from 'node:assert/strict';
import test from 'node:test';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import type { CpuMatch, KernelTables } from '../../../src/data/kernels/types.ts';

function unique(values: readonly unknown[], what: string): void {
  const seen = new Set<string>();
  for (const value of values) {
    const key = JSON.stringify(value);
    assert.ok(!seen.has(key), `${what}: ${key} twice`);
    seen.add(key);
  }
}

const VENDORS = new Set(['INTEL', 'AMD', 'HYGON', 'ZHAOXIN', 'CENTAUR', 'CYRIX', 'NSC', 'TRANSMETA', 'UMC', 'VORTEX', null]);
const WHITELIST_FLAGS = /^(?:NO_[A-Z0-9_]+|MSBDS_ONLY)$/;
const BLACKLIST_FLAGS = new Set(['SRBDS', 'MMIO', 'MMIO_SBDS', 'RETBLEED', 'SMT_RSB', 'SRSO', 'GDS', 'RFDS', 'ITS', 'ITS_NATIVE_ONLY', 'TSA', 'VMSCAPE']);

function checkMatch(match: CpuMatch, features: ReadonlySet<string>): void {
  assert.ok(VENDORS.has(match.vendor), String(match.vendor));
  assert.ok(match.family === null || (match.family > 0 && match.family <= 0xff));
  assert.ok(match.model === null || (match.model > 0 && match.model <= 0xff));
  assert.ok(match.steppings === null || (match.steppings > 0 && match.steppings <= 0xffff));
  assert.ok(match.feature === null || features.has(match.feature), String(match.feature));
  assert.ok(match.type === null || match.type === 0x20 || match.type === 0x40);
}

/** Whether every CPU of `inner` is one of `outer`. */
function covers(outer: CpuMatch, inner: CpuMatch): boolean {
  const field = (a: unknown, b: unknown): boolean => a === null || a === b;
  const steppings = outer.steppings === null || (inner.steppings !== null && (inner.steppings & ~outer.steppings) === 0);
  return (
    field(outer.vendor, inner.vendor) &&
    field(outer.family, inner.family) &&
    field(outer.model, inner.model) &&
    field(outer.feature, inner.feature) &&
    field(outer.type, inner.type) &&
    steppings
  );
}

function noDeadRows(rows: readonly (readonly [CpuMatch, ...unknown[]])[], what: string): void {
  rows.forEach(([match], at) => {
    const by = rows.slice(0, at).findIndex(([earlier]) => covers(earlier, match));
    assert.equal(by, -1, `${what}: row ${at} never counts, row ${by} takes its CPUs`);
  });
}

function featureLaws(tables: KernelTables): void {
  for (const [what, rows, words] of [
    ['features', tables.features, tables.ncapints],
    ['bugs', tables.bugs, tables.nbugints],
    ['vmx', tables.vmxFeatures, 5],
  ] as const) {
    unique(
      rows.map(([name]) => name),
      `${what} names`,
    );
    unique(
      rows.map(([, bit]) => bit),
      `${what} bits`,
    );
    unique(
      rows.flatMap(([, , flag]) => (flag === null ? [] : [flag])),
      `${what} flags`,
    );
    for (const [name, bit, flag] of rows) {
      assert.ok(bit >= 0 && bit < words * 32, `${what} ${name} is bit ${bit}`);
      assert.match(flag ?? 'x', /^[a-z0-9_]+$/);
    }
  }
}

function wordLaws(tables: KernelTables, bits: ReadonlyMap<string, number>): void {
  unique(
    tables.words.map(([word]) => word),
    'words',
  );
  unique(
    tables.words.map(([, ...place]) => place),
    'places of words',
  );
  const hardware = new Set(tables.words.map(([word]) => word));
  for (const [word, leaf] of tables.words) assert.ok(word >= 0 && word < tables.ncapints && leaf > 0 && leaf <= 0xffffffff);
  unique(
    tables.scattered.map(([, ...place]) => place),
    'scattered',
  );
  for (const [feature, , bit, leaf] of tables.scattered) {
    const at = bits.get(feature);
    assert.ok(at !== undefined, `scattered ${feature} is a feature`);
    assert.ok(!hardware.has(at >>> 5), `scattered ${feature} is in a Linux word`);
    assert.ok(bit >= 0 && bit < 32 && leaf > 0);
  }
  for (const [feature, level] of tables.levels) assert.ok(bits.has(feature) && level > 0);
}

function dependencyLaws(tables: KernelTables, bits: ReadonlyMap<string, number>): void {
  const needs = new Map<string, string[]>();
  for (const [feature, depends] of tables.dependencies) {
    assert.ok(bits.has(feature) && bits.has(depends), `${feature} needs ${depends}`);
    needs.set(feature, [...(needs.get(feature) ?? []), depends]);
  }
  const walk = (feature: string, above: readonly string[]): void => {
    assert.ok(!above.includes(feature), `${feature} needs itself`);
    for (const depends of needs.get(feature) ?? []) walk(depends, [...above, feature]);
  };
  for (const feature of needs.keys()) walk(feature, []);
}

function listLaws(tables: KernelTables, features: ReadonlySet<string>): void {
  noDeadRows(tables.whitelist, 'whitelist');
  noDeadRows(tables.blacklist, 'blacklist');
  for (const [match, flags] of [...tables.whitelist, ...tables.blacklist]) {
    checkMatch(match, features);
    assert.ok(flags.length > 0);
    unique(flags, 'flags');
  }
  for (const [, flags] of tables.whitelist) for (const flag of flags) assert.match(flag, WHITELIST_FLAGS);
  for (const [, flags] of tables.blacklist) {
    for (const flag of flags) assert.ok(BLACKLIST_FLAGS.has(flag), flag);
    if (flags.includes('ITS_NATIVE_ONLY')) assert.ok(flags.includes('ITS'));
    if (flags.includes('MMIO_SBDS')) assert.ok(flags.includes('MMIO'));
  }
  for (const [name, rows] of Object.entries(tables.matchTables)) {
    assert.ok(rows.length > 0, name);
    noDeadRows(rows, name);
    for (const [match, value] of rows) {
      checkMatch(match, features);
      assert.ok(Number.isInteger(value) && value >= 0 && value <= 0xffffffff);
    }
  }
}

/** A Zen patch names the CPU it is for: a row whose revision is for another CPU was read wrongly. */
function zenRevisionLaws(tables: KernelTables): void {
  for (const name of ['amd_tsa_microcode', 'zen5_rdseed_microcode', 'erratum_1386_microcode']) {
    for (const [{ family, model, steppings }, revision] of tables.matchTables[name] ?? []) {
      const patch = revision >>> 8;
      const cpu = [0xf + (patch >>> 16), (((patch >>> 12) & 0xf) << 4) | ((patch >>> 4) & 0xf), 1 << (patch & 0xf)];
      assert.deepEqual([family, model, steppings], cpu, `${name} 0x${revision.toString(16)}`);
    }
  }
}

function microcodeLaws(tables: KernelTables): void {
  unique(
    tables.badSpectre.map(([model, stepping]) => [model, stepping]),
    'bad revisions',
  );
  unique(
    (tables.latestMicrocode ?? []).map(([family, model, steppings, platforms]) => [family, model, steppings, platforms]),
    'latest revisions',
  );
  const patches = (tables.amdDigests ?? []).map(([patch]) => patch);
  unique(patches, 'digests');
  // The kernel finds a digest by bisection.
  assert.deepEqual(
    patches,
    [...patches].sort((a, b) => a - b),
  );
  for (const [, digest] of tables.amdDigests ?? []) assert.match(digest, /^[0-9a-f]{64}$/);
  for (const [patch, revision] of tables.amdCutoffs ?? []) assert.equal(revision >>> 8, patch);
  unique(
    (tables.amdCutoffs ?? []).map(([patch]) => patch),
    'cut-offs',
  );
}

function rangeLaws(tables: KernelTables): void {
  for (const [name, rows] of Object.entries(tables.modelRanges)) {
    rows.forEach(([family, first, last], at) => {
      assert.ok(family > 0 && first <= last && last <= 0xfff, `${name} row ${at}`);
      for (const [otherFamily, otherFirst, otherLast] of rows.slice(0, at))
        assert.ok(family !== otherFamily || first > otherLast || last < otherFirst, `${name} row ${at} overlaps`);
    });
  }
}

function textLaws(tables: KernelTables): void {
  assert.ok(Object.keys(tables.texts).length >= 17);
  for (const [name, texts] of Object.entries(tables.texts)) {
    assert.ok(Object.keys(texts).length > 0, name);
    for (const text of Object.values(texts)) assert.ok(text.trim() !== '', name);
    if (!name.endsWith('_strings')) continue;
    for (const text of Object.values(texts)) assert.match(text, /^(?:User space: )?(?:Vulnerable|Mitigation|Unknown)/);
  }
  unique(tables.mitigationOrder, 'steps');
  for (const step of tables.mitigationOrder) assert.match(step, /^[a-z0-9_]+_(?:select|update|apply)_mitigation$/);
}

for (const { line, release, builds, load, loadKvm } of kernelLines) {
  const { tables } = await load();
  const { kvm } = await loadKvm();
  const bits = new Map(tables.features.map(([name, bit]) => [name, bit]));
  const names = new Set(bits.keys());

  test(`${line}: the list of lines tells what the tables say`, () => {
    assert.deepEqual([tables.line, tables.release, kvm.line], [line, release, line]);
    assert.deepEqual(Object.keys(tables.configs), builds);
    assert.equal(tables.config.CONFIG_MICROCODE_LATE_LOADING, 'y');
    assert.equal(tables.config.CONFIG_MICROCODE, 'y');
  });
  test(`${line}: features, bugs and vmx features are unique and in range`, () => featureLaws(tables));
  test(`${line}: words and scattered bits do not meet`, () => wordLaws(tables, bits));
  test(`${line}: dependencies name features and have no circle`, () => dependencyLaws(tables, bits));
  test(`${line}: lists name known vendors, flags and features, and no row is dead`, () => listLaws(tables, names));
  test(`${line}: Zen revisions are of the CPU of their row`, () => zenRevisionLaws(tables));
  test(`${line}: microcode tables`, () => microcodeLaws(tables));
  test(`${line}: model ranges do not overlap`, () => rangeLaws(tables));
  test(`${line}: texts and steps`, () => textLaws(tables));

  test(`${line}: disabled features are features, and their options are in the configuration`, () => {
    unique(
      tables.disabledFeatures.map(([feature]) => feature),
      'disabled features',
    );
    for (const [feature, option] of tables.disabledFeatures) {
      assert.ok(names.has(feature), feature);
      assert.match(option ?? 'CONFIG_X', /^CONFIG_[A-Z0-9_]+$/);
    }
  });

  test(`${line}: KVM's words have each register and bit once, where the feature is`, () => {
    unique(
      kvm.words.map((word) => word.register),
      'registers',
    );
    for (const word of kvm.words) {
      unique(
        word.bits.map(([, bit]) => bit),
        word.register,
      );
      for (const [feature, bit, kind] of word.bits) {
        assert.ok(bit >= 0 && bit < 32);
        if (kind === 'ALIASED_1_EDX_F') assert.equal(word.register, '80000001.edx');
        const at = bits.get(feature);
        if (word.kernelDefined && at !== undefined) assert.equal(at & 31, bit, feature);
      }
    }
  });
}

test('a line whose source has a revision table and one whose source has a switch say the same of TSA', async () => {
  const tsa = await Promise.all(kernelLines.map(async (kernel) => (await kernel.load()).tables.matchTables.amd_tsa_microcode));
  for (const rows of tsa) assert.deepEqual(rows, tsa[0]);
});

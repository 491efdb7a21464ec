import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { committedLine, compareLine, extractLine, strangeFiles } from '../../../src/build/tables/check.ts';
import { compareTable } from '../../../src/build/tables/compare.ts';
import { extract } from '../../../src/build/tables/extract.ts';
import { BUILDS, parseConfig } from '../../../src/build/tables/extract-configs.ts';
import { findSource } from '../../../src/build/tables/sources.ts';
import { fixtureFiles, fixtureTree } from './fixture-tree.ts';

type Values = Record<string, unknown>;

/** The same data with the last number or text in it changed: a table with one wrong entry. */
function withOneChange(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}x`;
  if (Array.isArray(value)) return value.length === 0 ? [0] : [...value.slice(0, -1), withOneChange(value[value.length - 1])];
  if (value === null || typeof value !== 'object') return 0;
  const [key, item] = Object.entries(value).pop() ?? ['added', 0];
  return { ...value, [key]: withOneChange(item) };
}

function differing(committed: Values, extracted: Values): string[] {
  return compareLine(committed, extracted)
    .filter((result) => result.differences.length > 0)
    .map((result) => result.table);
}

for (const line of Object.keys(BUILDS)) {
  test(`${line}: one changed entry in a committed table is found, in each table`, async () => {
    const committed = (await committedLine(line)) as Values;
    assert.deepEqual(differing(committed, committed), [], 'unchanged tables are equal');
    const names = Object.keys(committed).filter((name) => name !== 'config' && name !== 'traits');
    assert.ok(names.length >= 20);
    for (const name of names) assert.deepEqual(differing({ ...committed, [name]: withOneChange(committed[name]) }, committed), [name]);
  });

  test(`${line}: the committed tables are what the kernel source says`, async (t) => {
    const work = mkdtempSync(join(tmpdir(), 'cpueval-tables-test-'));
    t.after(() => rmSync(work, { recursive: true, force: true }));
    const source = findSource(line, work);
    if (source === null) return t.skip(`no linux-source-${line} in $CPUEVAL_KERNEL_SOURCES or /usr/src`);
    const committed = (await committedLine(line)) as Values;
    const extracted = extractLine(line, source, committed);
    if (extracted.release !== committed.release) return t.skip(`the source is ${extracted.release}, the tables are of ${committed.release}`);
    assert.deepEqual(
      compareLine(committed, extracted).flatMap((result) => result.differences),
      [],
    );
  });
}

/** For each table: a change to the source that must show in that table. */
const SOURCE_CHANGES: readonly (readonly [table: string, path: string, from: string, to: string])[] = [
  ['features', 'arch/x86/include/asm/cpufeatures.h', '"md_clear"', '"md_cleared"'],
  ['bugs', 'arch/x86/include/asm/cpufeatures.h', 'X86_BUG(3)', 'X86_BUG(5)'],
  ['vmxFeatures', 'arch/x86/include/asm/vmxfeatures.h', '"ept"', '"npt"'],
  ['words', 'arch/x86/kernel/cpu/common.c', 'c->x86_capability[CPUID_7_EDX] = edx;', ''],
  ['scattered', 'arch/x86/kernel/cpu/scattered.c', '21,', '22,'],
  ['dependencies', 'arch/x86/kernel/cpu/cpuid-deps.c', 'X86_FEATURE_FPU', 'X86_FEATURE_3DNOW'],
  ['levels', 'arch/x86/include/asm/cpuid/types.h', '0x0d', '0x0e'],
  ['whitelist', 'arch/x86/kernel/cpu/common.c', 'NO_SPECULATION | NO_SSB', 'NO_SPECULATION'],
  ['blacklist', 'arch/x86/kernel/cpu/common.c', '0x0, 0x5', '0x0, 0x6'],
  ['matchTables', 'arch/x86/kernel/cpu/amd.c', '0x0a70c008', '0x0a70c009'],
  ['modelRanges', 'arch/x86/kernel/cpu/amd.c', '0x00 ... 0x2f:', '0x00 ... 0x1f:'],
  ['badSpectre', 'arch/x86/kernel/cpu/intel.c', '0xc2', '0xc3'],
  ['latestMicrocode', 'arch/x86/kernel/cpu/microcode/intel-ucode-defs.h', '0x12 }', '0x13 }'],
  ['amdDigests', 'arch/x86/kernel/cpu/microcode/amd_shas.c', '0x0a,', '0x0b,'],
  ['amdCutoffs', 'arch/x86/kernel/cpu/microcode/amd.c', '0xa70C009', '0xa70C00a'],
  ['disabledFeatures', 'arch/x86/Kconfig.cpufeatures', '!MITIGATION_PTI', '!MITIGATION_OTHER'],
  ['texts', 'arch/x86/kernel/cpu/bugs.c', '"Vulnerable"', '"Very vulnerable"'],
  ['mitigationOrder', 'arch/x86/kernel/cpu/bugs.c', 'mds_update_mitigation();', ''],
  ['kvm', 'arch/x86/kvm/cpuid.c', 'F(FPU) | ', ''],
  ['release', 'Makefile', 'SUBLEVEL = 7', 'SUBLEVEL = 8'],
];

test('one changed place in the source is found, in each table', () => {
  const before = extract(fixtureTree(), '9.8');
  const committed: Values = { ...before.tables, kvm: before.kvm };
  for (const [table, path, from, to] of SOURCE_CHANGES) {
    const text = fixtureFiles[path] ?? '';
    assert.ok(text.includes(from), `${path} has ${from}`);
    const after = extract(fixtureTree({ [path]: text.replace(from, to) }), '9.8');
    assert.deepEqual(differing(committed, { ...after.tables, kvm: after.kvm }), [table]);
  }
  const tested = new Set(SOURCE_CHANGES.map(([table]) => table));
  assert.deepEqual(
    Object.keys(committed).filter((table) => !tested.has(table)),
    ['line', 'ncapints', 'nbugints'],
  );
});

test('a table that is committed but not extracted is a difference, and so is a file', () => {
  assert.deepEqual(differing({ extra: [1] }, {}), ['extra']);
  assert.deepEqual(strangeFiles(['features.ts', 'kvm.ts', 'index.ts', 'traits.ts', 'guessed.ts']), ['guessed.ts']);
});

test('differences name the row, and another order counts', () => {
  assert.deepEqual(compareTable('t', [[1], [2]], [[1], [3]]).differences, ['t: only committed: [2]', 't: only in the source: [3]']);
  assert.equal(compareTable('t', [[1], [2]], [[2], [1]]).differences.length, 1);
  assert.equal(compareTable('t', [[1], [1]], [[1]]).differences.length, 1);
  assert.deepEqual(compareTable('t', { a: [1] }, { a: [1], b: [2] }).differences, ['t.b: committed nothing, source [2]']);
  assert.equal(compareTable('t', { a: 1, b: 2 }, { b: 2, a: 1 }).differences.length, 1);
});

test('a kernel configuration', () => {
  assert.deepEqual(parseConfig('CONFIG_SMP=y\n# CONFIG_MICROCODE_LATE_LOADING is not set\nCONFIG_KVM=m\nCONFIG_HZ=250\n# a comment\n'), {
    CONFIG_KVM: 'm',
    CONFIG_MICROCODE_LATE_LOADING: 'n',
    CONFIG_SMP: 'y',
  });
});

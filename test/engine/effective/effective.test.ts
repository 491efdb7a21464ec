import assert from 'node:assert/strict';
import test from 'node:test';
import type { VulnerabilityRow } from '../../../src/engine/model/report.ts';
import { engagedBy } from '../../../src/engine/report/engaged.ts';
import { type Case, cases, type Expected, expected, LINES, type Line } from './case.ts';
import { type Played, play } from './run-case.ts';

/*
 * What protects in fact, row by row of the table in section 4.2 of the kernel facts and of its section 4.3a. Every case was written from the
 * kernel source that it names, and stands for its row on every line that it lists, with its options and with `mitigations=off` behind them.
 */

/** Section 4.2. */
const ROWS = [
  'mds',
  'taa-tsx-on',
  'taa-rtm-always-abort',
  'mmio_stale_data',
  'rfds',
  'tsa',
  'srbds',
  'gds',
  'gds-force',
  'srso-default',
  'srso-ibpb',
  'srso-ibpb-vmexit',
  'srso-microcode',
  'spectre_v2',
  'spectre_v2-bad-revision',
  'spectre_v2_user',
  'retbleed-intel',
  'retbleed-amd',
  'bhi',
  'its',
  'vmscape',
  'ssb',
  'l1tf',
  'meltdown',
  'spectre_v1',
  'itlb_multihit',
  'old_microcode',
  'eibrs_pbrsb',
  'smt_rsb-div0-fp-divider',
  'zenbleed',
  'pebs',
  'sgx-svn',
  'entrysign',
  'reptar',
  'pcid',
  'tsc-deadline',
  'rdseed',
  'xsaves',
];

/** Section 4.3a: what differs from line to line. */
const PER_LINE = [
  'tsa-text',
  'srso-safe-ret-text',
  'srso-fixed-text',
  'srso-ibpb-text',
  'srso-microcode-text',
  'ibpb-brtype-by-hotplug',
  'srbds-off-text',
  'mmio-unlisted',
  'verw-before-mmio-guests',
  'old-microcode-file',
  'stuffing',
];

/** Lines on which the kernel has no such thing at all. */
const NOWHERE: Readonly<Record<string, readonly Line[]>> = { old_microcode: ['6.1', '6.12'], rdseed: ['6.1'] };

const all = cases();

test('every row of the table has a case on every line', () => {
  const missing: string[] = [];
  for (const row of [...ROWS, ...PER_LINE])
    for (const line of LINES)
      if (!NOWHERE[row]?.includes(line) && !all.some((one) => (one.row === row || one.also?.includes(row)) && one.lines.includes(line)))
        missing.push(`${row} ${line}`);
  assert.deepEqual(missing, []);
});

test('every case stands for a row, names its source and has a twin', () => {
  for (const one of all) {
    for (const row of [one.row, ...(one.also ?? [])]) assert.ok([...ROWS, ...PER_LINE].includes(row), `${one.file}: no row ${row}`);
    assert.ok(one.source.length > 20, `${one.file}: no source`);
    assert.ok(Object.keys(one.off).length > 0, `${one.file}: no twin`);
    assert.ok(one.lines.length > 0, `${one.file}: no line`);
  }
});

function sameText(got: string | null, want: string | null, what: string): void {
  if (want !== null && got !== null && want.startsWith('/')) assert.match(got, new RegExp(want.slice(1, -1)), what);
  else assert.equal(got, want, what);
}

function checkTexts(row: VulnerabilityRow, want: Expected): void {
  if (want.before !== undefined) sameText(row.before, want.before, 'before');
  if (want.reported !== undefined) sameText(row.reported, want.reported, 'reported');
  else assert.equal(row.reported, row.before, 'a late load changes no text');
  if (want.afterReboot !== undefined) sameText(row.afterReboot, want.afterReboot, 'after a reboot');
}

/** Whatever the case names of a part, and nothing else. */
function checkParts(row: VulnerabilityRow, want: Expected): void {
  for (const part of want.parts ?? []) {
    const got = row.parts.find((one) => one.part === part.part);
    assert.ok(got, `no part ${part.part} among ${row.parts.map((one) => one.part)}`);
    assert.deepEqual(Object.fromEntries(Object.keys(part).map((key) => [key, got[key as keyof typeof got]])), part);
  }
}

function checkRow(played: Played, want: Expected): void {
  const rows = played.report.vulnerabilities;
  for (const name of want.absent ?? [])
    assert.equal(
      rows.some((row) => row.name === name || row.id === name),
      false,
      `a row ${name}`,
    );
  if (want.name === null) return;
  const row = rows.find((one) => one.name === want.name);
  assert.ok(row, `no row ${want.name} among ${rows.map((one) => one.name)}`);
  checkTexts(row, want);
  checkParts(row, want);
  if (want.state !== undefined) assert.equal(row.effective.state, want.state, 'state');
  if (want.verdict !== undefined) assert.equal(row.verdict, want.verdict, 'verdict');
  if (want.confidence !== undefined) assert.equal(row.effective.confidence, want.confidence, 'confidence');
}

function checkLists({ report }: Played, want: Expected): void {
  for (const [name, verdict] of Object.entries(want.features ?? {}))
    assert.equal(report.features.find((row) => row.name === name)?.verdict ?? null, verdict, `feature ${name}`);
  for (const bug of want.bugs ?? [])
    for (const state of [report.states!.before, report.states!.late, report.states!.reboot]) assert.ok(state.cpuinfo.bugs.includes(bug), `no bug ${bug}`);
  if (want.tainted) assert.deepEqual(report.load.tainted, want.tainted);
  if (want.noticed !== undefined) {
    const warned = report.load.log.some((line) => line.includes('CPU features have changed'));
    assert.equal(warned, want.noticed, 'microcode_check() warns');
  }
}

/** What runs, beside what is said of it. */
function checkKernel(played: Played, want: Expected): void {
  const { kernel, threads } = played.late;
  const engaged = engagedBy(kernel, threads[0]!.silicon);
  for (const [key, value] of Object.entries(want.engaged ?? {})) assert.equal(engaged[key as keyof typeof engaged], value, key);
  for (const [name, value] of Object.entries(want.remembers ?? {})) assert.equal(kernel.shared(name), value, name);
  for (const [name, value] of Object.entries(want.forced ?? {})) assert.equal(kernel.has(name), value, name);
  for (const [msr, value] of Object.entries(want.wrote ?? {})) assert.equal(`0x${(kernel.written.get(Number(msr)) ?? -1n).toString(16)}`, value, msr);
  if (!want.hotplugGives) return;
  const again = played.hotplugged().kernel;
  for (const [name, value] of Object.entries(want.hotplugGives)) assert.equal(again.has(name), value, `${name} after hotplug`);
}

async function check(one: Case, line: Line, off: boolean): Promise<void> {
  const played = await play(one, line, off);
  assert.equal(played.report.load.outcome, 'updated', played.report.load.reasons.map((reason) => reason.code).join(' '));
  const want = expected(one, line, off);
  checkRow(played, want);
  checkLists(played, want);
  checkKernel(played, want);
}

for (const one of all)
  for (const line of one.lines) {
    test(`${one.file} on ${line}`, () => check(one, line, false));
    test(`${one.file} on ${line} with mitigations=off`, () => check(one, line, true));
  }

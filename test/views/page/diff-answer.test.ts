import assert from 'node:assert/strict';
import test from 'node:test';
import type { DiffReport, DiffRows, LoadReason } from '../../../src/engine/model/report.ts';
import { countSentence, diffAnswer, loadSentence } from '../../../src/views/page/diff-answer.ts';
import type { Paragraph } from '../../../src/views/page/page.ts';
import { diffOf } from '../fixtures.ts';

const base = diffOf('skylake-gains-md-clear');

function said(paragraph: Paragraph): string {
  return paragraph.map(({ text }) => text).join('');
}

function report(load: Partial<DiffReport['load']>, minRevision: string | null = '0x0'): DiffReport {
  return { ...base, blob: { ...base.blob, minRevision }, load: { ...base.load, errno: null, tainted: [], taints: [], reasons: [], ...load } };
}

function reason(code: string, args: LoadReason['args'] = {}): LoadReason {
  return { code, enforcedBy: 'kernel', hard: code !== 'minrev', args };
}

const loads: readonly (readonly [name: string, report: DiffReport, sentence: string])[] = [
  ['taken', report({ outcome: 'updated' }), 'The kernel takes this update.'],
  [
    'taken without a minimum revision',
    report({ outcome: 'updated', tainted: ['CPU_OUT_OF_SPEC'], taints: ['CPU_OUT_OF_SPEC'], reasons: [reason('minrev')] }),
    'The kernel takes this update and taints itself: the update declares no minimum revision.',
  ],
  [
    'taken below the minimum revision',
    report({ outcome: 'updated', tainted: ['CPU_OUT_OF_SPEC'], taints: ['CPU_OUT_OF_SPEC'], reasons: [reason('minrev')] }, '0xd0'),
    'The kernel takes this update and taints itself: the update wants at least revision 0xd0 to be running.',
  ],
  [
    'taken and tainted for a reason nobody gives',
    report({ outcome: 'updated', tainted: ['CPU_OUT_OF_SPEC'], taints: ['CPU_OUT_OF_SPEC'] }),
    'The kernel takes this update and taints itself.',
  ],
  [
    'refused',
    report({ outcome: 'refused', errno: 'ENOENT', reasons: [reason('not-newer', { revision: 0xc2, current: 0xc6 })] }),
    'The kernel refuses this update with ENOENT, "No such file or directory": the update (0xc2) is not newer than what runs (0xc6). Nothing changes.',
  ],
  [
    'refused for two reasons, and a third that would only taint',
    report({
      outcome: 'refused',
      reasons: [{ ...reason('minrev'), hard: false } as LoadReason, reason('no-file'), reason('loader-disabled', { by: 'hypervisor' })],
    }),
    'The kernel refuses this update: there is no microcode file for this CPU where the kernel looks, and 1 more reason. Nothing changes.',
  ],
  [
    'nothing to do, tainted all the same',
    report({ outcome: 'nothing-to-do', tainted: ['CPU_OUT_OF_SPEC'], taints: ['CPU_OUT_OF_SPEC'] }),
    'The write succeeds and changes nothing. The kernel taints itself all the same.',
  ],
  [
    'held back',
    report({ outcome: 'inhibited', reasons: [reason('kvm-module')] }),
    'An inhibitor holds this update back: KVM is loaded and holds a copy of the CPU features. Nothing changes.',
  ],
  [
    'half taken',
    report({
      outcome: 'partial',
      errno: 'EIO',
      reasons: [reason('cpu-rejects', { cpus: ['1', '2', '3'] })],
      revisions: [
        { cpus: [0], before: '0x1', after: '0x2' },
        { cpus: [1, 2, 3], before: '0x1', after: '0x1' },
      ],
    }),
    'Only some CPUs take this update; the write fails with EIO, "Input/output error": the CPU does not accept the update (CPUs 1-3). The machine runs mixed: CPU 0 at 0x2 and CPUs 1-3 at 0x1.',
  ],
  ['failed', report({ outcome: 'failed', errno: 'EIO' }), 'The kernel tries this update and no CPU takes it; the write fails with EIO, "Input/output error".'],
  [
    'refused for a reason that this version has no words for',
    report({ outcome: 'refused', reasons: [reason('moon-phase')] }),
    'The kernel refuses this update: moon phase. Nothing changes.',
  ],
];

for (const [name, given, sentence] of loads) test(name, () => assert.equal(said(loadSentence(given)), sentence));

const nothing: DiffRows = { silicon: [], features: [], bugs: [], vulnerabilities: [], snapshots: [], guests: [] };
const [snapshot] = base.snapshots.filter(({ holder }) => holder === 'kvm_cpu_caps');

const counts: readonly (readonly [name: string, rows: DiffRows, sentence: string])[] = [
  ['no rows', nothing, 'Nothing changes for the running kernel, and nothing goes stale.'],
  [
    'one copy with a cure of its own',
    { ...nothing, snapshots: [{ ...snapshot!, cures: ['kvm-reload', 'reboot'] }] },
    '1 snapshot goes stale. Cured without a reboot: reload KVM.',
  ],
  ['one copy that only a boot cures', { ...nothing, snapshots: [snapshot!] }, '1 snapshot goes stale. Only a reboot cures all.'],
  [
    'the whole',
    base,
    '3 vulnerabilities are safer than the kernel will say, 1 feature is stranded, 4 snapshots go stale, 1 guest keeps what it was told. Only a reboot cures all.',
  ],
];

for (const [name, rows, sentence] of counts) test(`counts: ${name}`, () => assert.equal(said(countSentence(rows)), sentence));

test('a refused load is answered by its reason alone', () => {
  assert.equal(diffAnswer(diffOf('refused-not-built')).length, 1);
  assert.equal(diffAnswer(base).length, 2);
});
